package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/questions"
)

// answerer answers the generators that ask others. A case may ask its own HTTP
// service and no other host; without one nothing is asked over a network.
func answerer(from *objects.Objects, namespace string, served *server) inputs.Answerer {
	if served != nil {
		return questions.New(from, questions.Options{Namespace: namespace, AllowLoopback: true, Reach: served.only})
	}
	all := questions.New(from, questions.Options{Namespace: namespace, Reach: nowhere})
	for _, kind := range []string{"scmProvider", "pullRequest", "plugin"} {
		all[kind] = refusing{}
	}
	return all
}

// errNoNetwork is what asks others without a case's service.
var errNoNetwork = errors.New("this command reads no network: use a case folder with http/, see docs/testing-applicationsets.md")

func nowhere(string) error { return errNoNetwork }

// refusing answers nothing.
type refusing struct{}

// Answer refuses.
func (refusing) Answer(context.Context, generators.Question) (*generators.Answer, error) {
	return nil, errNoNetwork
}

// only refuses every host but the service itself.
func (s *server) only(host string) error {
	if host == s.host {
		return nil
	}
	return fmt.Errorf("%s is another host than the case's own: a case reads no network, write %s and put the answers into %s/",
		host, httpURL, httpDir)
}
