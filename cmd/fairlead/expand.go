package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
)

// expandFlags are the files that an expansion reads instead of a fleet.
type expandFlags struct {
	set, namespace, output string
	clusters, repos        []string
	globbing, hidden       bool
}

func newExpandCommand(s streams) *cobra.Command {
	var f expandFlags
	cmd := &cobra.Command{
		Use:   "expand -f SET [--clusters FILE] [--repo URL[@REVISION]=DIR]...",
		Short: "Print the Applications that an ApplicationSet makes, from files alone",
		Long: `Print the Applications that an ApplicationSet makes of files on disk: no server,
no network. Good rows go to standard output; rejected rows and names that
several rows claim go to standard error.

Exit codes: 0 all good; 7 some rows were rejected or duplicated; 2 usage, an
invalid file, a generator that failed, or an input that is missing.`,
		Example: `  fairlead expand -f set.yaml --clusters clusters.yaml
  fairlead expand -f set.yaml --repo https://git.example.com/apps.git@main=./apps -o name`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runExpand(cmd.Context(), s, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.set, "file", "f", "", "file with one ApplicationSet; - reads standard input")
	flags.StringArrayVar(&f.clusters, "clusters", nil, "file with Argo CD cluster Secrets and fairlead.dev Clusters, may be repeated")
	flags.StringArrayVar(&f.repos, "repo", nil, "folder that stands for a Git repository: URL[@REVISION]=DIR, may be repeated")
	flags.StringVarP(&f.namespace, "namespace", "n", "argocd", "namespace of the set and of the clusters where their files name none")
	flags.StringVarP(&f.output, "output", "o", "yaml", "yaml, json, name or table")
	flags.BoolVar(&f.globbing, "new-git-file-globbing", false, "match git files with path globs, as Argo CD's option of that name")
	flags.BoolVar(&f.hidden, "include-hidden-directories", false, "let git directories see names that start with a dot")
	if err := cmd.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag stands above
	}
	return cmd
}

func runExpand(ctx context.Context, s streams, f expandFlags) error {
	write, ok := expandOutputs[f.output]
	if !ok {
		return exitf(codeUsage, "output %q: want yaml, json, name or table", f.output)
	}
	set, err := readSet(s.in, f.set, f.namespace)
	if err != nil {
		return exitf(codeUsage, "%s: %w", cmp.Or(strings.TrimPrefix(f.set, "-"), "standard input"), err)
	}
	inventory, err := readClusters(f.clusters, f.namespace)
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	repos, err := newFolders(f.repos)
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	result, err := inputs.Gather(ctx, set, expand.Inputs{Clusters: inventory}, inputs.Providers{Git: repos},
		inputs.Options{Expand: expand.Options{NewGitFileGlobbing: f.globbing, IncludeHiddenDirectories: f.hidden}})
	if err == nil {
		err = result.Err
	}
	if err != nil {
		return exitf(codeUsage, "expand %s: %w", set.Name, err)
	}
	if err := write(s.out, result); err != nil {
		return err
	}
	return complain(s.err, result)
}

// complain prints what gave no Application, one line each.
func complain(w io.Writer, result expand.Result) error {
	for _, row := range result.Rejected {
		fmt.Fprintln(w, "rejected:", printable(row.Err.Error()))
	}
	for _, d := range result.Duplicates {
		fmt.Fprintln(w, "duplicate:", printable(d.Error()))
	}
	if len(result.Rejected)+len(result.Duplicates) == 0 {
		return nil
	}
	return exitf(codePartly, "%d rows rejected, %d names duplicated; %d applications are good",
		len(result.Rejected), len(result.Duplicates), len(result.Applications))
}

// readSet reads exactly one ApplicationSet.
func readSet(in io.Reader, file, namespace string) (*v1alpha1.ApplicationSet, error) {
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		in = opened
	}
	decoder := utilyaml.NewYAMLOrJSONDecoder(in, 4096)
	var set v1alpha1.ApplicationSet
	if err := decoder.Decode(&set); err != nil {
		return nil, err
	}
	if set.Kind != v1alpha1.ApplicationSetKind || set.GroupVersionKind().Group != v1alpha1.Group {
		return nil, fmt.Errorf("holds a %s %s; want an %s ApplicationSet", set.APIVersion, set.Kind, v1alpha1.SchemeGroupVersion)
	}
	var more map[string]any
	if err := decoder.Decode(&more); err == nil && len(more) > 0 {
		return nil, fmt.Errorf("holds more than one object; want one ApplicationSet")
	}
	if set.Namespace == "" {
		set.Namespace = namespace
	}
	return &set, nil
}

func readClusters(files []string, namespace string) (*clusters.Inventory, error) {
	var all []clusters.Cluster
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found, err := clusters.Decode(stream, namespace)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = slices.Concat(all, found)
	}
	return clusters.NewInventory(all)
}
