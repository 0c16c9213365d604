package apply

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Values of Secrets leave the agent nowhere: not as wanted, not as they were,
// not in copies that tools and people make of them.
func TestDiffShowsNoValueOfASecret(t *testing.T) {
	const was, is, pin, deep = "correct-horse", "battery-staple", "8231", "inner-pass-7"
	secret := func(v, note string) string {
		return `apiVersion: v1
kind: Secret
metadata: {name: db, annotations: {example.com/copy: "` + note + `"}}
stringData:
  password: ` + v + `
  pin: "` + pin + `"
  config.json: '{"auths":{"registry":{"password":"` + deep + `"}}}'
`
	}
	s := newSite(t)
	copied := base64.StdEncoding.EncodeToString([]byte(was))
	s.sync(docs(secret(was, was), configMap("app", "postgres://u:"+was+"@db", "example.com/of: "+copied), deployment("web", 1)))
	s.merge("kubectl-client-side-apply", "v1", "Secret", "db",
		`{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"stringData\":{\"password\":\"`+was+`\"}}"}}}`)
	s.merge("someone", "v1", "ConfigMap", "app", `{"data":{"pin":"`+pin+`","inner":"x `+deep+` y"}}`)
	list, err := s.engine.Diff(s.ctx, s.prepare(docs(
		secret(is, is), configMap("app", "postgres://u:"+is+"@db"), configMap("new", "hash "+copied), deployment("web", 1),
	)), s.inventory)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{was, is, pin, deep} {
		for _, form := range []string{v, base64.StdEncoding.EncodeToString([]byte(v))} {
			if strings.Contains(string(text), form) {
				t.Errorf("the diff holds %q:\n%s", form, text)
			}
		}
	}
	for _, d := range list {
		if d.Kind == "Secret" {
			wantField(t, d, `secret change data.password:  -> `)
			wantField(t, d, `secret change metadata.annotations[example.com/copy]:  -> `)
			if d.Action != fleet.DiffUpdate {
				t.Errorf("action %s", d.Action)
			}
		}
		if d.Name == "app" {
			wantField(t, d, `secret change data.key:  -> `)
			wantField(t, d, `secret keep data.pin:  ->  [someone]`)
		}
	}
}

func TestDiffHidesASecretThatIsToGo(t *testing.T) {
	s := newSite(t)
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: correct-horse}\n"
	s.sync(docs(secret, configMap("app", "correct-horse")))
	list, err := s.engine.Diff(s.ctx, s.prepare(configMap("app", "other")), s.inventory)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(list)
	if strings.Contains(string(text), "correct-horse") {
		t.Errorf("the diff holds the value:\n%s", text)
	}
}

func TestDiffHidesTheValueInARefusal(t *testing.T) {
	s := newSite(t)
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nimmutable: true\nstringData: {password: correct-horse}\n"
	s.sync(secret)
	list, err := s.engine.Diff(s.ctx, s.prepare(docs(
		strings.Replace(secret, "correct-horse", "battery-staple", 1),
		"apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {type: battery-staple, ports: [{port: 80}]}\n",
	)), s.inventory)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(list)
	if strings.Contains(string(text), "correct-horse") || strings.Contains(string(text), "battery-staple") {
		t.Errorf("the diff holds the value:\n%s", text)
	}
	wantFlag(t, list[0], fleet.FlagImmutable, "immutable")
}

// What cannot be looked for is not shown at all, of any object.
func TestTooManySecretsHideEverything(t *testing.T) {
	data := map[string]any{}
	for i := range maxHidden {
		data[fmt.Sprint("key", i)] = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "value-%d", i))
	}
	hide := &redactor{whole: map[string]bool{}}
	hide.secret(&unstructured.Unstructured{Object: map[string]any{"data": data}})
	ref := Ref{Version: "v1", Kind: "ConfigMap", Name: "copy"}
	f := hide.field(ref, fleet.FieldDiff{Path: "data.key", Class: fleet.FieldYours, From: []byte(`"a"`), To: []byte(`"any-value"`)})
	if f.Class != fleet.FieldSecret || f.From != nil || f.To != nil || f.Path != "data.key" {
		t.Errorf("shown: %+v", f)
	}
	if d := hide.object(diffOf(ref, fleet.DiffBlocked)); d.Message != "" {
		t.Errorf("message %q", d.Message)
	}
	d := diffOf(ref, fleet.DiffBlocked)
	d.Message = "refused: any-value"
	if d = hide.object(d); strings.Contains(d.Message, "any-value") {
		t.Errorf("message %q", d.Message)
	}
}
