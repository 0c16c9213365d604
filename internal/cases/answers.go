package cases

import (
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/questions"
)

// answerer answers the generators that ask others. Only a case, which has an
// HTTP service of its own, may ask this machine.
func answerer(from *objects.Objects, namespace string, loopback bool) inputs.Answerer {
	return questions.New(from, questions.Options{Namespace: namespace, AllowLoopback: loopback})
}
