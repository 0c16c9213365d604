package apply

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What controllers write is taken out of what is wanted, and nothing else.
func TestLeftToControllers(t *testing.T) {
	for name, c := range map[string]struct{ given, want string }{
		"aggregated role": {
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\naggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\nrules: []\n",
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\naggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n",
		},
		"plain role": {
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules: []\n",
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules: []\n",
		},
		"number of the roll-out": {
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {annotations: {deployment.kubernetes.io/revision: \"3\", a: b}}\n",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {annotations: {a: b}}\n",
		},
		"certificate of a webhook": {
			"apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nwebhooks: [{clientConfig: {caBundle: Cg==}}, {clientConfig: {caBundle: \"\"}}, {clientConfig: {caBundle: YQ==}}]\n",
			"apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nwebhooks: [{clientConfig: {}}, {clientConfig: {}}, {clientConfig: {caBundle: YQ==}}]\n",
		},
		"certificate of a conversion": {
			"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {conversion: {webhook: {clientConfig: {caBundle: Cg==}}}}\n",
			"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {conversion: {webhook: {clientConfig: {}}}}\n",
		},
		"certificate of an API": {
			"apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nspec: {caBundle: null, group: a}\n",
			"apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nspec: {group: a}\n",
		},
		"protocols of ports": {
			"apiVersion: v1\nkind: Service\nspec: {ports: [{port: 1, protocol: \"\"}, {port: 2, protocol: null}, {port: 3, protocol: UDP}]}\n",
			"apiVersion: v1\nkind: Service\nspec: {ports: [{port: 1}, {port: 2}, {port: 3, protocol: UDP}]}\n",
		},
		"protocols of containers": {
			"apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{ports: [{containerPort: 1, protocol: \"\"}]}]}}}}}\n",
			"apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{ports: [{containerPort: 1}]}]}}}}}\n",
		},
		"custom resources are not read": {
			"apiVersion: example.com/v1\nkind: Service\nspec: {caBundle: \"\", ports: [{protocol: \"\"}]}\n",
			"apiVersion: example.com/v1\nkind: Service\nspec: {caBundle: \"\", ports: [{protocol: \"\"}]}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := objects(t, c.given)[0], objects(t, c.want)[0]
			leaveToControllers(RefOf(got), got)
			if diff := cmp.Diff(want.Object, got.Object); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
