package apply

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// refuseShared fails the sync, before anything is changed, if an object is
// another application's and the settings ask for that
// (FailOnSharedResource=true). Without it only that object fails.
func (r *run) refuseShared(ctx context.Context, objs []object, kinds lookups) bool {
	if !r.m.settings.FailOnSharedResource {
		return false
	}
	owners := make([]string, len(objs))
	each(ctx, r.engine.opts.Parallel, len(objs), func(i int) {
		o := objs[i]
		kind, err := kinds.of(o.ref)
		if _, same := r.req.Known.unchanged(o.ref, o.digest); err != nil || same {
			return // a kind that is not there has no objects
		}
		if live, err := r.engine.get(ctx, kind, o.ref); err == nil && live != nil {
			owners[i] = r.m.sharedWith(live)
		}
	})
	shared := false
	for i, owner := range owners {
		if owner != "" {
			r.report(ItemResult{Ref: objs[i].ref, Wave: objs[i].wave, Outcome: SyncFailed, Message: fmt.Sprintf(
				"%s belongs to application %s, and FailOnSharedResource=true: nothing was applied; remove it from one of the two", objs[i].ref, owner)})
			shared = true
		}
	}
	return shared
}

// sharedWith names another application that has the object, by our mark or by
// Argo CD's tracking annotation; "" if there is none.
func (m *Manifests) sharedWith(live *unstructured.Unstructured) string {
	if owner := OwnerOf(live); owner != "" {
		if owner == m.key.String() {
			return ""
		}
		return owner
	}
	tracked, _, _ := strings.Cut(live.GetAnnotations()[v1alpha1.AnnotationKeyAppInstance], ":")
	if namespace, name, found := strings.Cut(tracked, "_"); found && namespace == m.key.Namespace {
		tracked = name
	}
	if tracked == m.key.Name {
		return ""
	}
	return tracked
}
