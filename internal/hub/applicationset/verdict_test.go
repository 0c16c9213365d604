package applicationset

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/outlook"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

func TestVerdicts(t *testing.T) {
	failed := generatorFailed(errors.New("generators[0].git: away")).conditions()
	if failed[0].Status != "True" || failed[1].Status != "False" || !strings.Contains(failed[0].Message, "keeps what it has") ||
		failed[0].Reason != v1alpha1.ApplicationSetReasonApplicationParamsGenerationError || failed[1].Reason != v1alpha1.ApplicationSetReasonErrorOccurred {
		t.Errorf("failed generator: %+v", failed)
	}
	if got := health(failed).Status; got != v1alpha1.HealthStatusDegraded {
		t.Errorf("failed generator: health %s", got)
	}
	good := expanded(&outlook.Warm{}, plan.Plan{}, live.Failure{}).conditions()
	if good[0].Status != "False" || good[1].Status != "True" || good[2].Status != "True" || health(good).Status != v1alpha1.HealthStatusHealthy {
		t.Errorf("all well: %+v", good)
	}
	many := &outlook.Warm{Rejected: map[expand.Origin]expand.Row{}}
	for i := range 20 {
		origin := expand.Origin{Element: fmt.Sprint(i)}
		many.Rejected[origin] = expand.Row{Origin: origin, Err: errors.New("row")}
	}
	v := expanded(many, plan.Plan{Foreign: []string{"taken"}, Waiting: []string{"b", "a"}}, live.Failure{Create: []error{errors.New("refused")}}).conditions()
	if v[0].Status != "True" || v[1].Status != "True" || !strings.Contains(v[0].Message, "and 17 more") || !strings.Contains(v[0].Message, "not deleted until they give applications of their own: a, b") {
		t.Errorf("rejected rows: %+v", v)
	}
}

func TestWhatTheAPIServerRefusedHasItsReason(t *testing.T) {
	for reason, f := range map[string]live.Failure{
		v1alpha1.ApplicationSetReasonCreateApplicationError: {Create: []error{errors.New("no")}},
		v1alpha1.ApplicationSetReasonUpdateApplicationError: {Update: []error{errors.New("no")}},
		v1alpha1.ApplicationSetReasonDeleteApplicationError: {Remove: []error{errors.New("no")}},
	} {
		if c := expanded(&outlook.Warm{}, plan.Plan{}, f).conditions()[0]; c.Reason != reason || c.Status != "True" {
			t.Errorf("%s: %+v", reason, c)
		}
	}
}

func TestAHugeErrorIsCut(t *testing.T) {
	c := generatorFailed(errors.New(strings.Repeat("é", maxMessage))).conditions()[0]
	if len(c.Message) > maxMessage+100 || !strings.Contains(c.Message, "keeps what it has") {
		t.Errorf("%d bytes", len(c.Message))
	}
}
