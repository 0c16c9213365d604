package apply

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// apply brings one object to the cluster.
func (r *run) apply(ctx context.Context, o object, kinds lookups) ItemResult {
	e := r.engine
	res := ItemResult{Ref: o.ref, Wave: o.wave, Hook: o.hook}
	kind, err := kinds.of(o.ref)
	if err == nil {
		// Settled already, unless the object lacks a namespace: that error is due here.
		o, err = r.m.found(o, kind)
	}
	if notInstalled(err) && r.req.DryRun && r.arrives(o) {
		res.Outcome, res.Message = Synced, "dry run: not checked, its kind is not installed yet"
		return res
	}
	if err != nil {
		return res.failed(explain(o.ref, o.want, err))
	}
	settings := r.m.settings.on(o.want)
	known := r.req.Known
	anew := settings.anew() && !r.req.Healing
	if o.hook != "" || anew {
		known = Known{} // runs every time
	}
	if seen, same := known.unchanged(o.ref, o.digest); same {
		return res.showing(seen).synced(o, seen.Signature, "unchanged", false)
	}
	live, err := e.get(ctx, kind, o.ref)
	if err != nil {
		return res.failed(explain(o.ref, o.want, err))
	}
	before := ""
	if live != nil {
		before = live.GetResourceVersion()
		res = res.showing(e.look(live))
		if owner := OwnerOf(live); owner != "" && owner != r.m.key.String() {
			return res.failed(conflict(o.ref, owner))
		}
		if live.GetDeletionTimestamp() != nil {
			return res.failed(deleting(o.ref, live) + "; it is made again once it is gone")
		}
		if anew && r.req.Run != "" && live.GetAnnotations()[AnnotationHookRun] == r.req.Run {
			return res.synced(o, Signature(live), "made by an earlier attempt of this sync", false)
		}
		if signature := Signature(live); known.wanted(o.ref, o.digest) && known.Applied[o.ref].Signature == signature {
			return res.synced(o, signature, "unchanged", false)
		}
	}
	if r.unmade && o.ref.Namespace == r.m.namespace {
		res.Outcome, res.Message = Synced, "dry run: not checked, its namespace would be made first"
		return res
	}
	note := ""
	if live != nil {
		o.want, note = e.leavingReplicas(ctx, r.m, o, live, settings.Replace)
	}
	after, err := r.write(ctx, kind, o, live, settings)
	if err != nil {
		return res.failed(explain(o.ref, o.want, err))
	}
	if isDefinition(o.ref) && !r.req.DryRun {
		if after, err = e.awaitEstablished(ctx, kind, o, after); err != nil {
			return res.failed(explain(o.ref, o.want, err))
		}
	}
	return r.applied(res, o, before, after).noting(note)
}

// arrives tells whether the kind of an object is to be there when its turn
// comes: by a CRD of the same manifests, or as its option says.
func (r *run) arrives(o object) bool {
	_, declared := declaredScope(r.m.Objects(), o.ref.GroupVersionKind().GroupKind())
	return declared || r.m.settings.on(o.want).SkipDryRunOnMissingResource
}

func (r *run) applied(res ItemResult, o object, before string, after *unstructured.Unstructured) ItemResult {
	res = res.showing(r.engine.look(after))
	if r.req.DryRun {
		// A dry run answers with what would be; nothing of it is worth remembering.
		res.Outcome, res.Message = Synced, "dry run: accepted"
		return res
	}
	switch {
	case before == "":
		return res.synced(o, Signature(after), "created", true)
	case before != after.GetResourceVersion():
		return res.synced(o, Signature(after), "configured", true)
	}
	return res.synced(o, Signature(after), "unchanged", false)
}

func (i ItemResult) synced(o object, signature, message string, changed bool) ItemResult {
	i.Outcome, i.Message, i.Changed = Synced, message, changed
	if o.hook == "" {
		i.Digest, i.Signature = o.digest, signature
	}
	return i
}

// noting adds what people should know of an object that was applied in part;
// it is looked at again, since what was left may change without the object.
func (i ItemResult) noting(note string) ItemResult {
	if note != "" {
		i.Message, i.Digest, i.Signature = i.Message+"; "+note, "", ""
	}
	return i
}

func (i ItemResult) failed(message string) ItemResult {
	i.Outcome, i.Message = SyncFailed, message
	return i
}
