package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Report is what the demo came to.
type Report struct {
	Clusters     []string      `json:"clusters"`
	Applications []Application `json:"applications"`
	// Seconds from the start until all was Synced and Healthy.
	Seconds float64 `json:"seconds"`
}

// Application is one row: an application on a cluster.
type Application struct {
	Name     string `json:"name"`
	Cluster  string `json:"cluster"`
	Revision string `json:"revision"`
	Sync     string `json:"sync"`
	Health   string `json:"health"`

	seconds float64
	problem string
}

func (a Application) done() bool {
	return a.Sync == string(v1alpha1.SyncStatusCodeSynced) && a.Health == string(v1alpha1.HealthStatusHealthy)
}

// Await waits until every Application is Synced and Healthy. When patience
// ends first, the report comes with an error that says what is not.
func (d *Demo) Await(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, d.opts.Patience-time.Since(d.start))
	defer cancel()
	doneAt := map[string]float64{}
	var last Report
	for {
		report, err := d.report(ctx, doneAt)
		if err == nil {
			last = report
		}
		if err == nil && report.complete() {
			return report, nil
		}
		select {
		case <-ctx.Done():
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				return report, err
			}
			return last, fmt.Errorf("not all is Synced and Healthy after %s:\n%s", d.opts.Patience, last.missing())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (d *Demo) report(ctx context.Context, doneAt map[string]float64) (Report, error) {
	report := Report{Seconds: d.elapsed(), Applications: []Application{}}
	for _, m := range members() {
		report.Clusters = append(report.Clusters, m.name)
	}
	var list v1alpha1.ApplicationList
	if err := d.api.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return report, fmt.Errorf("list applications: %w", err)
	}
	for i := range list.Items {
		row := rowOf(&list.Items[i])
		if row.done() {
			if doneAt[row.Name] == 0 {
				doneAt[row.Name] = report.Seconds
				d.say.line("application %s: Synced, Healthy", row.Name)
			}
			row.seconds = doneAt[row.Name]
		}
		report.Applications = append(report.Applications, row)
	}
	slices.SortFunc(report.Applications, func(a, b Application) int { return strings.Compare(a.Name, b.Name) })
	return report, nil
}

func (d *Demo) elapsed() float64 {
	return float64(time.Since(d.start).Round(100*time.Millisecond)) / float64(time.Second)
}

func rowOf(app *v1alpha1.Application) Application {
	row := Application{
		Name: app.Name, Revision: app.Status.Sync.Revision,
		Sync: string(app.Status.Sync.Status), Health: string(app.Status.Health.Status),
	}
	if app.Status.Delivery != nil {
		row.Cluster = app.Status.Delivery.Cluster
	}
	for _, c := range app.Status.Conditions {
		row.problem = c.Type + ": " + c.Message
	}
	return row
}

// expected is how many Applications the set makes: one per capable cluster.
func expected() int {
	n := 0
	for _, m := range members() {
		if m.labels["ai-capable"] == "true" {
			n++
		}
	}
	return n
}

func (r Report) complete() bool {
	for _, a := range r.Applications {
		if !a.done() {
			return false
		}
	}
	return len(r.Applications) >= expected()
}

func (r Report) missing() string {
	var b strings.Builder
	if n := expected() - len(r.Applications); n > 0 {
		fmt.Fprintf(&b, "  %d application(s) have not been made\n", n)
	}
	for _, a := range r.Applications {
		if !a.done() {
			fmt.Fprintf(&b, "  %s on %s: %s, %s. %s\n", a.Name, a.Cluster, a.Sync, a.Health, a.problem)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// WriteTable writes applications x clusters for people.
func (r Report) WriteTable(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "APPLICATION\tCLUSTER\tREVISION\tSYNC\tHEALTH\tSECONDS")
	for _, a := range r.Applications {
		fmt.Fprintf(tw, "%s\t%s\t%.12s\t%s\t%s\t%.1f\n", a.Name, a.Cluster, a.Revision, a.Sync, a.Health, a.seconds)
	}
	return tw.Flush()
}
