package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
)

// hubFlags say which hub a command talks to, through its API server.
type hubFlags struct {
	kubeconfig string
	context    string
	namespace  string
}

func (f *hubFlags) bind(c *cobra.Command) {
	flags := c.PersistentFlags()
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig of the hub's API server (default: $KUBECONFIG, then ~/.kube/config)")
	flags.StringVar(&f.context, "context", "", "context of the kubeconfig")
	flags.StringVarP(&f.namespace, "namespace", "n", hub.DefaultNamespace, "control namespace")
}

func (f *hubFlags) config() (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: f.context}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, exitf(codeUsage, "no hub to talk to: name its kubeconfig with --kubeconfig or KUBECONFIG")
	case err != nil:
		return nil, exitf(codeUsage, "the hub's kubeconfig: %w", err)
	}
	config.UserAgent = "fairlead/" + version
	config.WarningHandler = rest.NoWarnings{}
	return config, nil
}

func (f *hubFlags) client() (client.WithWatch, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	c, err := client.NewWithWatch(config, client.Options{Scheme: newScheme()})
	if err != nil {
		return nil, exitf(codeUnreachable, "hub at %s: %v", config.Host, err)
	}
	return c, nil
}

// matching is a -l flag as a list option; "" matches everything.
func matching(selector string) (client.MatchingLabelsSelector, error) {
	parsed, err := labels.Parse(selector)
	if err != nil {
		return client.MatchingLabelsSelector{}, exitf(codeUsage, "selector %q: %v", selector, err)
	}
	return client.MatchingLabelsSelector{Selector: parsed}, nil
}

// newScheme knows every kind that a command reads or writes.
func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, fleet.AddToScheme} {
		if err := add(s); err != nil {
			panic(fmt.Sprintf("scheme: %v", err)) // two kinds of one name: a programming error
		}
	}
	return s
}
