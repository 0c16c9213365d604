package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// options of a run; flags are the only source.
type options struct {
	only       string // workloads whose name holds this
	alone      string // the one workload to run in this process
	out        string // file for the JSON
	iterations int
	atLeast    time.Duration
	idle       time.Duration
	profile    string
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "run the workloads whose name contains this")
	flag.StringVar(&o.alone, "alone", "", "run this workload in this process and print its JSON")
	flag.StringVar(&o.out, "o", "bin/bench.json", "file to write the figures to")
	flag.IntVar(&o.iterations, "iterations", 7, "at least this many iterations of each workload")
	flag.DurationVar(&o.atLeast, "time", 2*time.Second, "at least this long for each workload")
	flag.DurationVar(&o.idle, "idle", 5*time.Minute, "how long an idle agent is looked at")
	flag.StringVar(&o.profile, "cpuprofile", "", "with -alone: file to write a CPU profile to")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options, out io.Writer) error {
	if o.alone != "" {
		return runAlone(o, out)
	}
	all := []figures{}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WORKLOAD\tTIME\tMEDIAN\tCPU\tALLOCS/APP\tKIB/APP\tPEAK RSS\tBAR\t")
	failed := 0
	for _, w := range workloads {
		if !strings.Contains(w.name, o.only) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring", w.name)
		f, err := inChild(w, o)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		compare(&f, all)
		all = append(all, f)
		fmt.Fprintln(table, line(f))
		if f.Missed != "" {
			failed++
		}
	}
	if err := errors.Join(table.Flush(), save(o.out, all)); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d workloads missed their bar", failed, len(all))
	}
	return nil
}

// runAlone measures one workload and prints it as JSON.
func runAlone(o options, out io.Writer) error {
	for _, w := range workloads {
		if w.name != o.alone {
			continue
		}
		stop, err := profileTo(o.profile)
		if err != nil {
			return err
		}
		defer stop()
		f, err := measure(w, o)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(f)
	}
	return fmt.Errorf("there is no workload %q", o.alone)
}

// compare holds f against the workload that its bar names. Without that one in
// the run, there is no bar.
func compare(f *figures, run []figures) {
	if f.Bar.Of == "" {
		return
	}
	i := slices.IndexFunc(run, func(other figures) bool { return other.Name == f.Bar.Of })
	if i < 0 {
		f.Bar.Times, f.Bar.Of = 0, ""
		return
	}
	f.Times = f.Seconds / run[i].Seconds
	if f.Times > f.Bar.Times {
		f.Missed = fmt.Sprintf("%.2f x %s; the bar is %.3g", f.Times, f.Bar.Of, f.Bar.Times)
	}
}

// inChild measures a workload in a process of its own.
func inChild(w workload, o options) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	cmd := exec.Command(self, "-alone", w.name, "-iterations", fmt.Sprint(o.iterations), "-time", o.atLeast.String(), "-idle", o.idle.String())
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return figures{}, fmt.Errorf("%w: %s", err, stderr.Bytes())
	}
	var f figures
	return f, json.Unmarshal(stdout.Bytes(), &f)
}

func line(f figures) string {
	verdict := "-"
	if d := describe(f.Bar); d != "" {
		verdict = "ok: " + d
	}
	if len(f.Checks) > 0 {
		verdict = "ok: " + described(f.Checks)
	}
	if f.Missed != "" {
		verdict = "OVER: " + f.Missed
	}
	if f.Note != "" {
		verdict += " (" + f.Note + ")"
	}
	allocs, size := "-", "-"
	if f.Bytes > 0 {
		allocs, size = fmt.Sprintf("%.1f", f.Allocs), fmt.Sprintf("%.1f", f.Bytes/1024)
	}
	return fmt.Sprintf("%s\t%.3f s\t%.3f s\t%.3f s\t%s\t%s\t%d MiB\t%s\t",
		f.Name, f.Seconds, f.MedianSeconds, f.CPUSeconds, allocs, size, f.PeakRSS>>20, verdict)
}

func describe(b bar) string {
	var parts []string
	if b.Seconds > 0 {
		parts = append(parts, fmt.Sprintf("%g s", b.Seconds))
	}
	if b.Allocs > 0 {
		parts = append(parts, fmt.Sprintf("%.0f allocs/app", b.Allocs))
	}
	if b.RSS > 0 {
		parts = append(parts, fmt.Sprintf("%d MiB", b.RSS>>20))
	}
	if b.Times > 0 {
		parts = append(parts, fmt.Sprintf("%.3g x %s", b.Times, b.Of))
	}
	return strings.Join(parts, ", ")
}

// save keeps the figures with what they depend on.
func save(file string, all []figures) error {
	report := struct {
		Go        string    `json:"go"`
		Revision  string    `json:"revision,omitempty"`
		CPUs      int       `json:"cpus"`
		Workloads []figures `json:"workloads"`
	}{Go: runtime.Version(), CPUs: runtime.GOMAXPROCS(0), Workloads: all}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				report.Revision = s.Value
			}
		}
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
