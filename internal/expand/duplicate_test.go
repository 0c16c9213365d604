package expand

import "testing"

func TestADuplicateNamesEachOriginOnce(t *testing.T) {
	a, b := Origin{Generator: "generators[0].merge", Cluster: "oslo"}, Origin{Generator: "generators[1].list", Element: "elements[0]"}
	for _, c := range []struct {
		origins []Origin
		want    string
	}{
		{[]Origin{a, b}, `application "web" is produced by several rows: generators[0].merge, cluster "oslo"; generators[1].list, elements[0]`},
		{[]Origin{a, b, a, a}, `application "web" is produced by several rows: generators[0].merge, cluster "oslo" (more than once); generators[1].list, elements[0]`},
	} {
		if got := (Duplicate{Name: "web", Origins: c.origins}).Error(); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}
