package application

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	clienttesting "k8s.io/client-go/testing"

	"github.com/fairlead/fairlead/internal/guard"
)

func newLedger(objects ...runtime.Object) (*ledger, *fake.Clientset) {
	kube := fake.NewClientset(objects...)
	return &ledger{configMaps: kube.CoreV1().ConfigMaps("argocd"), limits: guard.Default()}, kube
}

// lose is a world of thirty Applications beside n that are being deleted.
func lose(prefix string, n int) world {
	w := newTown()
	w.many("rest", 30)
	w.many(prefix, n, deleted)
	return w.world
}

func passedOf(t *testing.T, l *ledger, w world) int {
	t.Helper()
	rulings, err := l.judge(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range rulings {
		if r.pass {
			n++
		}
	}
	return n
}

func TestALedgerOutlivesItsLeader(t *testing.T) {
	first, kube := newLedger()
	if n := passedOf(t, first, lose("a", 3)); n != 3 {
		t.Fatalf("%d passed", n)
	}
	second := &ledger{configMaps: kube.CoreV1().ConfigMaps("argocd"), limits: guard.Default()}
	if n := passedOf(t, second, lose("b", 3)); n != 0 {
		t.Errorf("%d passed a new leader, after three", n)
	}
}

func TestALedgerThatCannotBeReadLetsNothingThrough(t *testing.T) {
	l, _ := newLedger(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: LedgerConfigMap}, Data: map[string]string{ledgerKey: "{"},
	})
	_, err := l.judge(t.Context(), lose("a", 1))
	if err == nil || !strings.Contains(err.Error(), LedgerConfigMap) || !strings.Contains(err.Error(), "nothing is deleted") {
		t.Errorf("error %v", err)
	}
}

func TestALedgerThatCannotBeWrittenLetsNothingThrough(t *testing.T) {
	l, kube := newLedger()
	kube.PrependReactor("create", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(corev1.Resource("configmaps"), LedgerConfigMap, context.DeadlineExceeded)
	})
	if rulings, err := l.judge(t.Context(), lose("a", 1)); err == nil {
		t.Errorf("ruled %v", rulings)
	}
}

// A leader that has been replaced does not know what its successor let through.
func TestAReplacedLeaderJudgesAnew(t *testing.T) {
	l, kube := newLedger()
	if n := passedOf(t, l, lose("a", 3)); n != 3 {
		t.Fatalf("%d passed", n)
	}
	successor := &ledger{configMaps: kube.CoreV1().ConfigMaps("argocd"), limits: guard.Default()}
	if n := passedOf(t, successor, lose("b", 2)); n != 2 {
		t.Fatalf("%d passed the successor", n)
	}
	conflicts := 0
	kube.PrependReactor("update", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		if conflicts++; conflicts > 1 {
			return false, nil, nil
		}
		return true, nil, apierrors.NewConflict(corev1.Resource("configmaps"), LedgerConfigMap, context.Canceled)
	})
	if n := passedOf(t, l, lose("c", 1)); n != 0 || conflicts == 0 {
		t.Errorf("%d passed after five, with %d conflicts", n, conflicts)
	}
}

func TestTheLedgerForgetsSetsThatLeftNothing(t *testing.T) {
	l, _ := newLedger()
	for i, name := range []string{"empty", "owning", "late"} {
		now := noon.Add(time.Duration(i) * time.Hour)
		if err := l.setDeleted(t.Context(), name, "argocd/"+name, now, map[setID]bool{setNamed("owning"): true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := slices.Sorted(maps.Keys(l.book.Sets)); !slices.Equal(got, []types.UID{"late", "owning"}) {
		t.Errorf("remembered: %v", got)
	}
}

func TestASetGoesWithTheControlNamespace(t *testing.T) {
	l, kube := newLedger()
	terminating := apierrors.NewForbidden(corev1.Resource("configmaps"), LedgerConfigMap, context.Canceled)
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	kube.PrependReactor("create", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, terminating })
	if err := l.setDeleted(t.Context(), "s", "argocd/s", noon, nil); err != nil {
		t.Errorf("its finalizer stays: %v", err)
	}
	w := newTown()
	w.many("x", 2, ofSet("s"), deleted)
	if n := passedOf(t, l, w.world); n != 0 {
		t.Errorf("%d passed without a cause", n)
	}
}

func TestARemovedOrEmptiedLedgerIsMadeAnewFromMemory(t *testing.T) {
	for name, spoil := range map[string]func(corev1client.ConfigMapInterface, *corev1.ConfigMap) error{
		"removed": func(all corev1client.ConfigMapInterface, _ *corev1.ConfigMap) error {
			return all.Delete(t.Context(), LedgerConfigMap, metav1.DeleteOptions{})
		},
		"emptied": func(all corev1client.ConfigMapInterface, cm *corev1.ConfigMap) error {
			cm.Data = nil
			_, err := all.Update(t.Context(), cm, metav1.UpdateOptions{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, kube := newLedger()
			if n := passedOf(t, l, lose("a", 5)); n != 5 {
				t.Fatalf("%d passed", n)
			}
			all := kube.CoreV1().ConfigMaps("argocd")
			cm, err := all.Get(t.Context(), LedgerConfigMap, metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := spoil(all, cm); err != nil {
				t.Fatal(err)
			}
			l.at = nil // as after a conflict
			if n := passedOf(t, l, lose("b", 5)); n != 0 {
				t.Errorf("%d passed after five", n)
			}
			successor := &ledger{configMaps: all, limits: guard.Default()}
			if n := passedOf(t, successor, lose("c", 5)); n != 0 {
				t.Errorf("%d passed the next leader", n)
			}
		})
	}
}

func TestAnEmptiedLedgerThatNobodyKnowsLetsNothingThrough(t *testing.T) {
	l, _ := newLedger(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: LedgerConfigMap}})
	if rulings, err := l.judge(t.Context(), lose("a", 1)); err == nil || !strings.Contains(err.Error(), "corrected or removed") {
		t.Errorf("ruled %v, error %v", rulings, err)
	}
}
