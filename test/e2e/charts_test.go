package e2e

import (
	"fmt"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source/sourcetest"
)

// airflow is a chart in the shape of Airflow's: a vendored dependency behind a
// condition, helpers, a config that its Deployments hash, and migrations and
// the first user made by hooks with weights.
func airflow(image string) map[string]string {
	job := func(name, weight string) string {
		return fmt.Sprintf(`{{- if .Values.%[1]s.enabled }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "airflow.fullname" . }}-%[1]s
  labels: {tier: airflow, component: %[1]s, release: {{ .Release.Name }}}
  annotations:
    helm.sh/hook: post-install,post-upgrade
    helm.sh/hook-weight: "%[2]s"
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    metadata: {labels: {component: %[1]s}}
    spec:
      restartPolicy: Never
      containers: [{name: %[1]s, image: "{{ .Values.image }}", args: [bash, -c, "exec airflow %[1]s"]}]
{{- end }}
`, name, weight)
	}
	component := func(name string) string {
		return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "airflow.fullname" . }}-%[1]s
  labels: {tier: airflow, component: %[1]s}
spec:
  replicas: {{ .Values.%[1]s.replicas }}
  selector: {matchLabels: {component: %[1]s, release: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {component: %[1]s, release: {{ .Release.Name }}}
      annotations: {checksum/config: '{{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}'}
    spec: {containers: [{name: %[1]s, image: "{{ .Values.image }}"}]}
`, name)
	}
	return map[string]string{
		"Chart.yaml": `apiVersion: v2
name: airflow
version: %VERSION%
dependencies: [{name: postgresql, version: 13.2.24, repository: "https://charts.example.com", condition: postgresql.enabled}]
`,
		"charts/postgresql/Chart.yaml":             "apiVersion: v2\nname: postgresql\nversion: 13.2.24\n",
		"charts/postgresql/templates/service.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-postgresql'}\ndata: {port: '{{ .Values.port }}'}\n",
		"charts/postgresql/values.yaml":            "port: 5432\n",
		"values.yaml": fmt.Sprintf(`image: %s
executor: LocalExecutor
config: {core: {load_examples: "False"}}
scheduler: {replicas: 1}
webserver: {replicas: 1}
migrations: {enabled: true}
users: {enabled: true}
postgresql: {enabled: true}
`, image),
		"templates/_helpers.tpl":    `{{- define "airflow.fullname" -}}{{ .Release.Name }}-airflow{{- end -}}`,
		"templates/NOTES.txt":       "installed {{ .Release.Name }}\n",
		"templates/migrations.yaml": job("migrations", "1"),
		"templates/users.yaml":      job("users", "2"),
		"templates/scheduler.yaml":  component("scheduler"),
		"templates/webserver.yaml":  component("webserver"),
		"templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ include "airflow.fullname" . }}-config'}
data:
  executor: {{ .Values.executor | quote }}
  version: {{ .Chart.Version | quote }}
  airflow.cfg: |
    {{- range $section, $settings := .Values.config }}
    [{{ $section }}]
    {{- range $key, $value := $settings }}
    {{ $key }} = {{ $value }}
    {{- end }}
    {{- end }}
`,
	}
}

const airflowApp = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: airflow}
spec:
  project: default
  source:
    repoURL: %s
    chart: airflow
    targetRevision: 1.x
    helm:
      releaseName: flow
      valueFiles: ['%s']
  destination: {name: %s, namespace: airflow}
  syncPolicy:
    automated: {prune: true, selfHeal: true}
    syncOptions: [CreateNamespace=true]
`

// A chart of a chart repository, with a value file at a URL, is delivered to a
// cluster with its hooks; a version published under the range lands, as does a
// value file that changes.
func TestAnAirflowShapedChartFromAChartRepository(t *testing.T) {
	f := start(t)
	published := sourcetest.Serve()
	t.Cleanup(published.Close)
	publish := func(version, image string) {
		t.Helper()
		files := airflow(image)
		files["Chart.yaml"] = strings.ReplaceAll(files["Chart.yaml"], "%VERSION%", version)
		if _, err := published.Publish("airflow", version, files); err != nil {
			t.Fatal(err)
		}
	}
	publish("1.15.0", "registry.example.com/airflow:2.9")
	publish("2.0.0", "registry.example.com/airflow:3.0")
	published.Put("/airflow/values.yaml", "executor: CeleryExecutor\nscheduler: {replicas: 2}\nconfig: {core: {parallelism: 8}}\n")
	f.apply(t, fmt.Sprintf(airflowApp, published.Charts(), published.URL("/airflow/values.yaml"), tokyo))
	t.Cleanup(func() { f.remove(t, &v1alpha1.Application{}, "airflow") })

	const namespace, config = "airflow", "flow-airflow-config"
	f.awaitHealthy(t, "1.15.0", "airflow")
	f.awaitConfigMap(t, tokyo, namespace, config, "executor", "CeleryExecutor")
	f.awaitConfigMap(t, tokyo, namespace, config, "airflow.cfg", "[core]\nload_examples = False\nparallelism = 8\n")
	f.awaitConfigMap(t, tokyo, namespace, "flow-postgresql", "port", "5432")
	f.awaitReplicas(t, patience, tokyo, namespace, "flow-airflow-scheduler", 2)
	migrated := f.awaitJob(t, tokyo, namespace, "flow-airflow-migrations", "registry.example.com/airflow:2.9")
	f.awaitJob(t, tokyo, namespace, "flow-airflow-users", "registry.example.com/airflow:2.9")

	publish("1.16.0", "registry.example.com/airflow:2.10")
	f.awaitHealthy(t, "1.16.0", "airflow")
	f.awaitConfigMap(t, tokyo, namespace, config, "version", "1.16.0")
	if again := f.awaitJob(t, tokyo, namespace, "flow-airflow-migrations", "registry.example.com/airflow:2.10"); again.UID == migrated.UID {
		t.Error("the migrations of the new version did not run")
	}

	published.Put("/airflow/values.yaml", "executor: KubernetesExecutor\npostgresql: {enabled: false}\n")
	f.awaitConfigMap(t, tokyo, namespace, config, "executor", "KubernetesExecutor")
	f.awaitNoConfigMap(t, tokyo, namespace, "flow-postgresql")
	f.awaitHealthy(t, "1.16.0", "airflow")

	// The repository is away: it runs on, is healed, and says what is unknown.
	published.Away(true)
	f.awaitCondition(t, "airflow", v1alpha1.ApplicationConditionRevisionUnresolved,
		"chart airflow", published.Charts(), "1.x", "staying at 1.16.0", "asked again by itself")
	f.scale(t, tokyo, namespace, "flow-airflow-webserver", 3)
	f.awaitReplicas(t, patience, tokyo, namespace, "flow-airflow-webserver", 1)
}

// awaitJob waits until a Job that runs an image has completed.
func (f *fleet) awaitJob(t *testing.T, cluster, namespace, name, image string) *batchv1.Job {
	t.Helper()
	var job *batchv1.Job
	eventually(t, patience, func() error {
		job = &batchv1.Job{}
		err := f.at[cluster].Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, job)
		if apierrors.IsNotFound(err) {
			return fmt.Errorf("job %s is not there", name)
		}
		if err != nil {
			return err
		}
		if got := job.Spec.Template.Spec.Containers[0].Image; got != image {
			return fmt.Errorf("job %s runs %s, want %s", name, got, image)
		}
		for _, c := range job.Status.Conditions {
			if c.Type == batchv1.JobComplete && c.Status == corev1.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("job %s has not completed: %+v", name, job.Status)
	})
	return job
}
