package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// processUse is what a process has and has used.
type processUse struct {
	rss  int64 // bytes, now
	peak int64 // bytes, the most ever
	cpu  float64
}

// ticksPerSecond of /proc/PID/stat: USER_HZ, 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// useOf reads what Linux says of a process (proc(5)).
func useOf(pid int) (processUse, error) {
	var use processUse
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return use, err
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			use.rss = kib << 10
		case "VmHWM:":
			use.peak = kib << 10
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return use, err
	}
	// The second field, in parentheses, may hold anything.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 || use.rss == 0 {
		return use, fmt.Errorf("process %d: what Linux says of it cannot be read", pid)
	}
	for _, field := range fields[11:13] { // utime, stime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return use, fmt.Errorf("process %d: %w", pid, err)
		}
		use.cpu += float64(ticks) / ticksPerSecond
	}
	return use, nil
}

// quantile of a sample, 0 to 1: the nearest rank, so always a value that was
// measured.
func quantile(sample []float64, q float64) float64 {
	if len(sample) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(sample))
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

func median(sample []float64) float64 { return quantile(sample, 0.5) }

// timed runs f and gives the seconds that it took.
func timed(f func() error) (float64, error) {
	begun := time.Now()
	err := f()
	return time.Since(begun).Seconds(), err
}
