package policy

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const serviceAccounts = "spec.destinationServiceAccounts"

// Account is a service account of the destination's cluster.
type Account struct{ Namespace, Name string }

// User is the name that the account has as a user of the API server.
func (a Account) User() string { return "system:serviceaccount:" + a.Namespace + ":" + a.Name }

// ServiceAccount finds who applies, compares and prunes for an Application:
// the account of the first entry of spec.destinationServiceAccounts whose
// server matches the cluster's and whose namespace matches the destination's.
// An account that is written without a namespace is in the destination's
// namespace, or, if the Application names none, in the Application's.
//
// ok is false when no entry matches: then the caller's own rights are left,
// unless it insists on impersonation. An error, a Violation, means that nobody
// may apply: the entry that matches names no account, or one before it has a
// pattern that cannot be read.
//
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/app-sync-using-impersonation/
func ServiceAccount(project *v1alpha1.AppProject, app *v1alpha1.Application, cluster Cluster) (account Account, ok bool, err error) {
	if project == nil {
		return Account{}, false, unknown(app.Spec.GetProject())
	}
	f := found{project: nameOf(project)}
	for i, e := range project.Spec.DestinationServiceAccounts {
		field := at(serviceAccounts, i)
		matches := f.accountMatches(field, e, cluster.Server, app.Spec.Destination.Namespace)
		if err := f.first(); err != nil {
			return Account{}, false, err
		}
		if matches {
			account = f.account(field, e.DefaultServiceAccount, app)
			err = f.first()
			return account, err == nil, err
		}
	}
	return Account{}, false, nil
}

// accountMatches compares an entry with a destination.
func (f *found) accountMatches(field string, e v1alpha1.ApplicationDestinationServiceAccount, server, namespace string) bool {
	ours := f.accountPattern(field+".server", fleet.ServerKey(e.Server), fleet.ServerKey(server))
	inside := f.accountPattern(field+".namespace", e.Namespace, namespace)
	return ours && inside
}

// accountPattern compares one field; these cannot forbid.
func (f *found) accountPattern(field, text, value string) bool {
	if strings.HasPrefix(text, "!") {
		f.add(field, text+" cannot forbid", "write the destinations that the account is for: the first entry that matches is used")
		return false
	}
	p, err := compile(text, "")
	if err != nil {
		f.add(field, text+" cannot be matched"+because(err), "correct the pattern")
		return false
	}
	return p.match(value)
}

// account reads NAME or NAMESPACE:NAME.
func (f *found) account(field, text string, app *v1alpha1.Application) Account {
	namespace, name, named := strings.Cut(text, ":")
	if !named {
		namespace, name = app.Spec.Destination.Namespace, text
		if namespace == "" {
			namespace = app.Namespace
		}
	}
	if len(validation.IsDNS1123Subdomain(name)) > 0 || len(validation.IsDNS1123Label(namespace)) > 0 {
		f.add(field+".defaultServiceAccount", `"`+text+`" is no service account in namespace "`+namespace+`"`, "write it as NAME or NAMESPACE:NAME")
		return Account{}
	}
	return Account{Namespace: namespace, Name: name}
}
