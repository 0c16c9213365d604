package plan

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/ignore"
)

// Row is one Application that a set expands to.
type Row struct {
	App *v1alpha1.Application
	// From tells what the row derives from.
	From expand.Origin
}

// Change is one Application that must become another.
type Change struct {
	// Live is the object as it is; nil to create Want.
	Live *v1alpha1.Application
	Want *v1alpha1.Application
}

// Plan is what brings the cluster to the expansion. What already is as it
// should be is not in it.
type Plan struct {
	Changes []Change
	Delete  []*v1alpha1.Application
	// Waiting names Applications that no row wants and that stay for now,
	// because a row that gave none may be theirs.
	Waiting []string
	// Foreign names Applications that a row wants and that belong to another
	// owner; they are left alone.
	Foreign []string
	// Ending names Applications that a row wants and that are on their way out;
	// they are made anew once they are gone.
	Ending []string
	// Errors are of rows that cannot be compared with what there is.
	Errors []error
}

// Waits is true when a row waits for an object that is not the set's to go.
func (p Plan) Waits() bool { return len(p.Foreign)+len(p.Ending) > 0 }

// Allowed says which kinds of change a set's policy permits.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
type Allowed struct{ Create, Update, Delete bool }

// AllowedBy reads syncPolicy.applicationsSync.
func AllowedBy(set *v1alpha1.ApplicationSet) Allowed {
	policy := v1alpha1.ApplicationsSyncPolicySync
	if p := set.Spec.SyncPolicy; p != nil && p.ApplicationsSync != nil && *p.ApplicationsSync != "" {
		policy = *p.ApplicationsSync
	}
	return Allowed{Create: true, Update: policy.AllowUpdate(), Delete: policy.AllowDelete()}
}

// Rules are what a plan follows beside the rows.
type Rules struct {
	Allowed Allowed
	// Protects is true for Applications that no row wants and that must stay
	// while some rows give none; nil protects nothing.
	Protects func(app *v1alpha1.Application) bool
	// Ignoring are fields that keep what others wrote.
	Ignoring ignore.Rules
}

// Make compares rows with Applications of the set's namespace: with all of
// the set's, or with those of some names only. It is pure, and rows that are
// as they should be cost one comparison.
func Make(set *v1alpha1.ApplicationSet, rows []Row, live []*v1alpha1.Application, rules Rules) Plan {
	byName := make(map[string]*v1alpha1.Application, len(live))
	for _, app := range live {
		byName[app.Name] = app
	}
	var plan Plan
	w := newWriter(set, rules.Ignoring)
	wanted := make(map[string]bool, len(rows))
	for _, row := range rows {
		wanted[row.App.Name] = true
		is := byName[row.App.Name]
		switch {
		case is == nil && rules.Allowed.Create:
			plan.Changes = append(plan.Changes, Change{Want: w.created(row)})
		case is == nil: // not allowed
		case !is.DeletionTimestamp.IsZero():
			plan.Ending = append(plan.Ending, is.Name)
		case ownedByAnother(set, is):
			plan.Foreign = append(plan.Foreign, is.Name)
		case rules.Allowed.Update:
			want, err := w.updated(row, is)
			if err != nil {
				plan.Errors = append(plan.Errors, err)
			} else if want != nil {
				plan.Changes = append(plan.Changes, Change{Live: is, Want: want})
			}
		case metav1.IsControlledBy(is, set):
			// Whatever the policy: what was written to delete it is over, and must
			// not count when it is deleted by another way.
			if want := spared(is); want != nil {
				plan.Changes = append(plan.Changes, Change{Live: is, Want: want})
			}
		}
	}
	if !rules.Allowed.Delete {
		return plan
	}
	for _, is := range live {
		switch {
		case wanted[is.Name] || !metav1.IsControlledBy(is, set) || !is.DeletionTimestamp.IsZero():
		case rules.Protects != nil && rules.Protects(is):
			plan.Waiting = append(plan.Waiting, is.Name)
		default:
			plan.Delete = append(plan.Delete, is)
		}
	}
	return plan
}

func ownedByAnother(set *v1alpha1.ApplicationSet, app *v1alpha1.Application) bool {
	owner := metav1.GetControllerOfNoCopy(app)
	return owner != nil && owner.UID != set.UID
}
