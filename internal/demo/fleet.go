package demo

import "github.com/fairlead/fairlead/internal/localkube"

// member is one cluster of the demo's fleet.
type member struct {
	name   string
	labels map[string]string
	nodes  []localkube.Node
}

// members are the demo's clusters: two that can run models, one of them at the
// edge with GPUs, and one that cannot.
func members() []member {
	return []member{
		{
			name:   "edge-tokyo-1",
			labels: map[string]string{"ai-capable": "true", "environment": "edge", "region": "ap-northeast-1"},
			nodes:  []localkube.Node{{Name: "edge-tokyo-1-gpu-0", Capacity: map[string]string{"nvidia.com/gpu": "8"}}},
		},
		{
			name:   "us-east-1",
			labels: map[string]string{"ai-capable": "true", "environment": "production", "region": "us-east-1"},
			nodes:  []localkube.Node{{Name: "us-east-1-0"}, {Name: "us-east-1-1"}},
		},
		{
			name:   "eu-west-1",
			labels: map[string]string{"environment": "staging", "region": "eu-west-1"},
			nodes:  []localkube.Node{{Name: "eu-west-1-0"}},
		},
	}
}
