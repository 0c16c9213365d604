package demo

import (
	"fmt"
	"io"
	"path/filepath"
)

// WriteTry prints where everything is and five things to try.
func (d *Demo) WriteTry(w io.Writer) {
	kubectl := filepath.Join(d.opts.Assets, "kubectl")
	fmt.Fprintf(w, "\nKubeconfigs\n  %-14s %s\n", "hub", d.HubKubeconfig())
	for _, m := range members() {
		fmt.Fprintf(w, "  %-14s %s\n", m.name, d.clusters[m.name].Kubeconfig())
	}
	fmt.Fprintf(w, `
Watch it from a second terminal
  export KUBECONFIG=%[1]s
  %[2]s get applications -n argocd -w

Five things to try (with that KUBECONFIG)
  1. Label a cluster: the stack lands there.
       %[3]s cluster label eu-west-1 ai-capable=true
  2. Push a commit: every cluster runs it, at the same revision.
       git clone %[4]s models && cd models
       sed -i 's/3.1-70b-instruct/3.3-70b-instruct/' base/model-config.yaml
       git -c user.name=me -c user.email=me@example.com commit -am "llama 3.3" && git push
  3. Scale by hand: the agent heals it.
       %[2]s --kubeconfig %[5]s -n ai-inference scale deployment model-serving --replicas=7
       %[2]s --kubeconfig %[5]s -n ai-inference get deployment model-serving -w
  4. Revert: the old state comes back.
       git -c user.name=me -c user.email=me@example.com revert --no-edit HEAD && git push
  5. Unlabel: the stack goes, there and only there.
       %[3]s cluster label eu-west-1 ai-capable-

Ctrl-C ends the demo and removes everything it made.
`, d.HubKubeconfig(), kubectl, d.opts.Fairlead, d.repo.URL(), d.clusters["us-east-1"].Kubeconfig())
}
