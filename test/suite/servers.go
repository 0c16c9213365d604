package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

// servers are the shared API servers, started when the first stage needs them.
type servers struct {
	out  io.Writer
	pool *testenv.Pool
	vars []string
}

// env starts the servers once and returns the variables that hand them over.
func (s *servers) env(ctx context.Context) ([]string, error) {
	if s.vars != nil {
		return s.vars, nil
	}
	if s.pool != nil {
		return nil, errors.New("the shared API servers did not start")
	}
	assets, err := localkube.Assets()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if s.pool, err = testenv.NewPool(ctx, assets, logr.Discard()); err != nil {
		return nil, err
	}
	type started struct {
		vars []string
		err  error
	}
	results := make(chan started)
	launch := func(kubeconfigEnv, auditEnv string, start func() (*localkube.Cluster, error)) {
		c, err := start()
		if err != nil {
			results <- started{err: err}
			return
		}
		results <- started{vars: []string{kubeconfigEnv + "=" + c.Kubeconfig(), auditEnv + "=" + c.AuditLog()}}
	}
	go launch(testenv.HubEnv, testenv.HubAuditEnv, func() (*localkube.Cluster, error) { return s.pool.Hub(ctx) })
	for n := 1; n <= testenv.Clusters; n++ {
		go launch(testenv.ClusterEnv(n), testenv.ClusterAuditEnv(n), func() (*localkube.Cluster, error) { return s.pool.Cluster(ctx, n) })
	}
	var vars []string
	var errs []error
	for range testenv.Clusters + 1 {
		r := <-results
		vars, errs = append(vars, r.vars...), append(errs, r.err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	fmt.Fprintf(s.out, "suite: hub and %d clusters ready in %.1f s\n", testenv.Clusters, time.Since(begin).Seconds())
	s.vars = vars
	return vars, nil
}

func (s *servers) stop(ctx context.Context) error {
	if s.pool == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return s.pool.Close(ctx)
}
