package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	utilversion "k8s.io/apimachinery/pkg/util/version"

	"github.com/fairlead/fairlead/internal/render"
)

// renderFlags are the files that a rendering reads instead of a network.
type renderFlags struct {
	file, name, output string
	repos, files       []string
	kubeVersion        string
	apiVersions        []string
}

func newRenderCommand(s streams) *cobra.Command {
	var f renderFlags
	cmd := &cobra.Command{
		Use:   "render -f APPLICATION [--repo URL[@REVISION]=DIR]...",
		Short: "Print the manifests that an Application renders to, from files alone",
		Long: `Print the manifests that an Application renders to, of files on disk: no server,
no network, the code that agents run. Every source finds its repository in a
--repo, that of its very targetRevision first; a chart of a chart repository or
registry is DIR/CHART, DIR itself, or the DIR/CHART-VERSION.tgz that
targetRevision means; an OCI artifact is DIR unpacked. A value file at a URL
finds its file in a --value-file. Warnings go to standard error.

Exit codes: 0 rendered; 2 usage, an invalid file, or a source that does not
render.`,
		Example: `  fairlead render -f app.yaml --repo https://git.example.com/apps.git=.
  fairlead expand -f set.yaml | fairlead render -f - --name web-tokyo --repo https://git.example.com/apps.git@main=./apps
  fairlead render -f app.yaml --repo URL=. --kube-version 1.36 --api-versions monitoring.coreos.com/v1 -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			collectLess()
			return runRender(cmd.Context(), s, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "file with an Application; - reads standard input")
	flags.StringVar(&f.name, "name", "", "the Application to render, where the file holds several")
	flags.StringArrayVar(&f.repos, "repo", nil, "folder that stands for a repository: URL[@REVISION]=DIR, may be repeated")
	flags.StringArrayVar(&f.files, "value-file", nil, "file that stands for a value file at a URL: URL=FILE, may be repeated")
	flags.StringVar(&f.kubeVersion, "kube-version", "", "version of Kubernetes to render for, as of the destination")
	flags.StringSliceVar(&f.apiVersions, "api-versions", nil, "versions and kinds that the destination serves, besides the common ones: group/version or group/version/kind, separated by commas")
	flags.StringVarP(&f.output, "output", "o", "yaml", "yaml or json")
	if err := cmd.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag stands above
	}
	return cmd
}

func runRender(ctx context.Context, s streams, f renderFlags) error {
	write, ok := renderOutputs[f.output]
	if !ok {
		return exitf(codeUsage, "output %q: want yaml or json", f.output)
	}
	if f.kubeVersion != "" {
		if _, err := utilversion.ParseGeneric(f.kubeVersion); err != nil {
			return exitf(codeUsage, "--kube-version %q: want a version such as 1.36.3", f.kubeVersion)
		}
	}
	app, warnings, err := readApplication(s.in, f.file, f.name)
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	for _, text := range warnings {
		fmt.Fprintln(s.err, "warning:", printable(text))
	}
	request, err := f.request(ctx, app)
	if err != nil {
		return exitf(codeUsage, "render %s: %w", app.Name, err)
	}
	objects, err := render.All(ctx, request)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return exitf(codeUsage, "render %s: %w", app.Name, err)
	}
	for _, text := range objects.Warnings {
		fmt.Fprintln(s.err, "warning:", printable(text))
	}
	return write(s.out, objects)
}
