package localkube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/process"
)

const (
	loopback = "127.0.0.1"
	// Ports are drawn from below the range that Linux gives to outgoing
	// connections (from 32768) and below NodePorts (from 30000), so that a
	// restarted child finds its port free.
	firstPort, lastPort = 20000, 29999
	// startAttempts bounds how often a child is started on other ports.
	startAttempts = 5
)

// launch starts a child that listens and waits until it is ready. Another
// process may take a chosen port before the child does, so a child that ends
// for that reason is started again on others; one that ends otherwise fails at
// once with the last lines of its log. Ports used last time come first.
//
//	spec(ports)       makes the command line
//	ready(ctx, ports) answers nil when the child is ready
func launch(ctx context.Context, dir, name string, n int, timeout time.Duration,
	spec func(ports []int) process.Spec, ready func(ctx context.Context, ports []int) error,
) (*process.Process, []int, error) {
	file := filepath.Join(dir, name+".ports")
	ports := lastPorts(file, n)
	for attempt := 1; ; attempt++ {
		if ports == nil {
			var err error
			if ports, err = freePorts(n); err != nil {
				return nil, nil, err
			}
		}
		p, err := process.Start(ctx, spec(ports))
		if err != nil {
			return nil, nil, err
		}
		if err = awaitReady(ctx, p, timeout, func(ctx context.Context) error { return ready(ctx, ports) }); err == nil {
			raw, _ := json.Marshal(ports)
			return p, ports, writeFile(file, raw)
		}
		stopErr := p.Stop(context.WithoutCancel(ctx))
		if attempt == startAttempts || !errors.Is(err, errAddressInUse) {
			return nil, nil, errors.Join(err, stopErr)
		}
		ports = nil
	}
}

var errAddressInUse = errors.New("address already in use")

// awaitReady polls until ready, an exit of the child, the timeout or the end
// of the context.
func awaitReady(ctx context.Context, p *process.Process, timeout time.Duration, ready func(context.Context) error) error {
	logStart := time.Now()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		if n, exit := p.Exits(); n > 0 {
			tail := p.LogTail(4096)
			if strings.Contains(tail, "address already in use") {
				return fmt.Errorf("%s: %w", p.Name(), errAddressInUse)
			}
			return fmt.Errorf("%s ended at start (%w), log %s ends with:\n%s", p.Name(), exit, p.LogPath(), tail)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s not ready after %s, see %s: %w", p.Name(), time.Since(logStart).Round(time.Second), p.LogPath(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// freePorts draws n different ports that nobody listens on now.
func freePorts(n int) ([]int, error) {
	var ports []int
	for tries := 0; len(ports) < n; tries++ {
		if tries == 1000 {
			return nil, fmt.Errorf("no free port between %d and %d on %s", firstPort, lastPort, loopback)
		}
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if portFree(port) && !contains(ports, port) {
			ports = append(ports, port)
		}
	}
	return ports, nil
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", address(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// lastPorts of an earlier run if they are free, else nil.
func lastPorts(file string, n int) []int {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var ports []int
	if json.Unmarshal(raw, &ports) != nil || len(ports) != n {
		return nil
	}
	for _, port := range ports {
		if port < firstPort || port > lastPort || !portFree(port) {
			return nil
		}
	}
	return ports
}

func contains(ports []int, port int) bool {
	for _, p := range ports {
		if p == port {
			return true
		}
	}
	return false
}

func address(port int) string { return fmt.Sprintf("%s:%d", loopback, port) }
