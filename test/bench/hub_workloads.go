package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// hubPatience bounds the wait for what the hub is to do.
const hubPatience = 10 * time.Minute

// hubFloor creates the Applications of n clusters with nobody watching: what
// the API server itself costs.
func hubFloor(n int) func() (job, error) {
	return func() (job, error) {
		text, err := sets.ReadFile("sets/clusters-go.yaml")
		if err != nil {
			return job{}, err
		}
		result, err := expandSet(text, fleet(n))
		if err != nil {
			return job{}, err
		}
		f, err := startHub(0)
		if err != nil {
			return job{}, err
		}
		f.end() // the hub, which has installed the kinds; the API server stays
		return job{
			applications: n, once: true, stop: f.stop,
			run: func() (any, error) {
				group, ctx := errgroup.WithContext(context.Background())
				group.SetLimit(32)
				for i := range result.Applications {
					app := result.Applications[i].DeepCopy()
					app.Namespace = hubNamespace
					group.Go(func() error { return f.Create(ctx, app) })
				}
				return n, group.Wait()
			},
			verify: func(any) error { return nil },
		}, nil
	}
}

// hubFirstWrite is a set over n clusters, from its creation until n
// Applications stand in the API server.
func hubFirstWrite(n int) func() (job, error) {
	return func() (job, error) {
		f, err := startHub(n)
		if err != nil {
			return job{}, err
		}
		return job{
			applications: n, once: true, stop: f.stop,
			run:    func() (any, error) { return n, f.firstWrite(n) },
			verify: func(any) error { return f.verify(n) },
		}, nil
	}
}

// hubOneLabel is a label of one cluster of n, from its change until the changed
// Application stands in the API server.
func hubOneLabel(n int) func() (job, error) {
	return func() (job, error) {
		f, err := startHub(n)
		if err != nil {
			return job{}, err
		}
		if err := f.firstWrite(n); err != nil {
			f.stop()
			return job{}, err
		}
		if err := f.settled(n); err != nil {
			f.stop()
			return job{}, err
		}
		round := 0
		return job{
			applications: 1, stop: f.stop,
			run: func() (any, error) {
				round++
				return round, f.relabel(n/2, fmt.Sprintf("region-%d", round))
			},
			verify: func(any) error { return f.verify(n) },
		}, nil
	}
}

// firstWrite creates the set and waits until n Applications are there.
func (f *hubFleet) firstWrite(n int) error {
	text, err := sets.ReadFile("sets/clusters-go.yaml")
	if err != nil {
		return err
	}
	set := &v1alpha1.ApplicationSet{}
	if err := yaml.Unmarshal(text, set); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), hubPatience)
	defer cancel()
	if err := f.Create(ctx, set); err != nil {
		return err
	}
	// Not more often: the API server walks all that is there to count it.
	return wait.PollUntilContextCancel(ctx, 500*time.Millisecond, false, func(ctx context.Context) (bool, error) {
		count, err := f.count(ctx)
		return count >= n, err
	})
}

// settled waits until the hub has said of n Applications what there is to say.
func (f *hubFleet) settled(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), hubPatience)
	defer cancel()
	return wait.PollUntilContextCancel(ctx, 2*time.Second, true, func(ctx context.Context) (bool, error) {
		var apps v1alpha1.ApplicationList
		if err := f.List(ctx, &apps, client.InNamespace(hubNamespace)); err != nil {
			return false, err
		}
		said := 0
		for i := range apps.Items {
			if len(apps.Items[i].Status.Conditions) > 0 {
				said++
			}
		}
		return said >= n, nil
	})
}

// count asks for one Application and how many more there are.
func (f *hubFleet) count(ctx context.Context) (int, error) {
	apps := &metav1.PartialObjectMetadataList{}
	apps.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationKind + "List"))
	if err := f.List(ctx, apps, client.InNamespace(hubNamespace), client.Limit(1)); err != nil {
		return 0, err
	}
	n := len(apps.Items)
	if more := apps.RemainingItemCount; more != nil {
		n += int(*more)
	}
	return n, nil
}

// relabel changes one label and waits until the cluster's Application has it.
func (f *hubFleet) relabel(i int, region string) error {
	ctx, cancel := context.WithTimeout(context.Background(), hubPatience)
	defer cancel()
	apps := &metav1.PartialObjectMetadataList{}
	apps.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationKind + "List"))
	// As the set's template names it.
	name := client.MatchingFields{"metadata.name": secretName(i) + "-edge"}
	events, err := f.Watch(ctx, apps, client.InNamespace(hubNamespace), name)
	if err != nil {
		return err
	}
	defer events.Stop()
	c := &fleetv1alpha1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: hubNamespace, Name: secretName(i)}}
	if err := f.Patch(ctx, c, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"region":"`+region+`"}}}`))); err != nil {
		return err
	}
	for e := range events.ResultChan() {
		if app, is := e.Object.(metav1.Object); is && app.GetLabels()["region"] == region {
			return nil
		}
	}
	return errors.New("the hub did not do it in time")
}

// verify counts the set's Applications.
func (f *hubFleet) verify(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), hubPatience)
	defer cancel()
	var apps v1alpha1.ApplicationList
	if err := f.List(ctx, &apps, client.InNamespace(hubNamespace)); err != nil {
		return err
	}
	for i := range apps.Items {
		if v1alpha1.OwningSet(&apps.Items[i]) == "" || apps.Items[i].Spec.Source == nil {
			return fmt.Errorf("an incomplete application: %s", apps.Items[i].Name)
		}
	}
	if len(apps.Items) != n {
		return fmt.Errorf("%d applications, want %d", len(apps.Items), n)
	}
	return nil
}
