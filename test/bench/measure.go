package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// figures are what one workload cost.
type figures struct {
	Name         string `json:"name"`
	Applications int    `json:"applications"`
	Iterations   int    `json:"iterations"`
	// Seconds is the best iteration, MedianSeconds the middle one, CPUSeconds
	// what the best one used on all cores.
	Seconds       float64 `json:"seconds"`
	MedianSeconds float64 `json:"medianSeconds"`
	CPUSeconds    float64 `json:"cpuSeconds"`
	// Allocs and Bytes are per application; a child process does not tell.
	Allocs  float64 `json:"allocationsPerApplication,omitempty"`
	Bytes   float64 `json:"bytesPerApplication,omitempty"`
	PeakRSS int64   `json:"peakRSSBytes"`
	// Times is the ratio to the workload that the bar names.
	Times  float64 `json:"times,omitempty"`
	Bar    bar     `json:"bar"`
	Missed string  `json:"missed,omitempty"`
	// Checks are what a workload that measures by itself holds itself against,
	// Note what else there is to say of it.
	Checks []check `json:"checks,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// measure runs a workload in this process for at least the iterations and the
// time that the options say.
func measure(w workload, o options) (figures, error) {
	j, err := w.prepare()
	if err != nil {
		return figures{}, err
	}
	if j.stop != nil {
		defer j.stop()
	}
	if j.whole != nil {
		f, err := j.whole(o)
		f.Name, f.Applications, f.Bar = w.name, j.applications, w.bar
		f.Missed = missed(f)
		return f, err
	}
	atLeast, atLeastTime := o.iterations, o.atLeast
	if j.once {
		atLeast, atLeastTime = 1, 0
	}
	f := figures{Name: w.name, Applications: j.applications, Bar: w.bar}
	var walls []float64
	for begun := time.Now(); f.Iterations < atLeast || time.Since(begun) < atLeastTime; f.Iterations++ {
		one, result, err := once(j)
		if err != nil {
			return figures{}, err
		}
		if f.Iterations == 0 {
			if err := j.verify(result); err != nil {
				return figures{}, err
			}
		}
		walls = append(walls, one.Seconds)
		f.PeakRSS = max(f.PeakRSS, one.PeakRSS)
		if f.Iterations == 0 || one.Seconds < f.Seconds {
			f.Seconds, f.CPUSeconds, f.Allocs, f.Bytes = one.Seconds, one.CPUSeconds, one.Allocs, one.Bytes
		}
	}
	slices.Sort(walls)
	f.MedianSeconds = walls[len(walls)/2]
	f.Missed = missed(f)
	return f, nil
}

// once measures one iteration, after a collection that leaves no garbage of
// the one before.
func once(j job) (figures, any, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, begun := cpuTime(), time.Now()
	result, err := j.run()
	wall := time.Since(begun).Seconds()
	used := cpuTime() - cpu
	runtime.ReadMemStats(&after)
	f := figures{Seconds: wall, CPUSeconds: used}
	if child, ok := result.(processResult); ok {
		f.PeakRSS, f.CPUSeconds = child.peakRSS, child.cpu
		return f, result, err
	}
	f.PeakRSS = ownPeak()
	f.Allocs = float64(after.Mallocs-before.Mallocs) / float64(j.applications)
	f.Bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(j.applications)
	return f, result, err
}

// missed names the bars that were not met.
func missed(f figures) string {
	switch {
	case f.Bar.Seconds > 0 && f.Seconds > f.Bar.Seconds:
		return fmt.Sprintf("%.4f s; the bar is %g s", f.Seconds, f.Bar.Seconds)
	case f.Bar.Allocs > 0 && f.Allocs > f.Bar.Allocs:
		return fmt.Sprintf("%.0f allocations per application; the bar is %.0f", f.Allocs, f.Bar.Allocs)
	case f.Bar.RSS > 0 && f.PeakRSS > f.Bar.RSS:
		return fmt.Sprintf("%d MiB; the bar is %d MiB", f.PeakRSS>>20, f.Bar.RSS>>20)
	}
	return exceeded(f.Checks)
}

// cpuTime is what this process has used on all cores, in seconds.
func cpuTime() float64 {
	usage := ownUsage()
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// ownPeak is the most memory that this process ever had, in bytes.
func ownPeak() int64 { return ownUsage().Maxrss << 10 }

func ownUsage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // only for a bad argument
	}
	return usage
}
