package main

import (
	"os"
	"strings"
	"testing"
)

// explainFiles runs explain over a set with these generators, and clusters
// tokyo (env=prod) and oslo (Env=prod).
func explainFiles(t *testing.T, generators, cluster string) (code int, said string) {
	t.Helper()
	casesFolder(t)
	set := strings.Replace(caseSet, "[{clusters: {selector: {matchLabels: {env: prod}}}}]", generators, 1)
	if err := os.WriteFile("set.yaml", []byte(set), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runCommand(t, "explain", "-f", "set.yaml", "--clusters", "good/clusters.yaml", "--cluster", cluster)
	return code, stdout + stderr
}

func TestExplainPrintsWhatIsInTheWayAfterAChange(t *testing.T) {
	code, said := explainFiles(t, "[{matrix: {generators: [{clusters: {selector: {matchLabels: {env: prod}}}}, {list: {elements: []}}]}}]", "oslo")
	want := "change   fairlead cluster label oslo env=prod\n" +
		"then     empty: generators[0].matrix[1].list: this leg of the matrix gives no rows"
	if code != codeDiffers || !strings.Contains(said, want) {
		t.Errorf("exit %d:\n%s", code, said)
	}
}

func TestExplainFromFilesReadsNoNetwork(t *testing.T) {
	code, said := explainFiles(t, "[{pullRequest: {github: {owner: o, repo: r, api: 'http://127.0.0.1:1'}}}]", "oslo")
	if code != codeDiffers || !strings.Contains(said, "expansion: generators[0].pullRequest: ") || !strings.Contains(said, "no network") {
		t.Errorf("exit %d:\n%s", code, said)
	}
}
