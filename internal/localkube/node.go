package localkube

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Node is a machine that kwok pretends to have.
type Node struct {
	Name string
	// Labels beyond the hostname, architecture and system that every node has.
	Labels map[string]string
	// Capacity beyond, or instead of, 32 CPUs, 256Gi of memory and 256 pods,
	// for example {"nvidia.com/gpu": "8"}.
	Capacity map[string]string
}

// AddNode adds a node to a Full cluster and returns when it is Ready. A node
// that is already there (after a restart) is kept as it is.
func (c *Cluster) AddNode(ctx context.Context, n Node) error {
	if c.opts.Mode != Full {
		return fmt.Errorf("add node %s: kubernetes %s has no scheduler: it was not started in Full mode", n.Name, c.opts.Name)
	}
	node, err := n.object()
	if err != nil {
		return fmt.Errorf("add node %s: %w", n.Name, err)
	}
	client, err := kubernetes.NewForConfig(c.config)
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("add node %s: %w", n.Name, err)
	}
	return awaitNode(ctx, client, n.Name, c.opts.ReadyTimeout)
}

func (n Node) object() (*corev1.Node, error) {
	labels := map[string]string{
		corev1.LabelHostname:   n.Name,
		corev1.LabelArchStable: "amd64",
		corev1.LabelOSStable:   "linux",
	}
	for k, v := range n.Labels {
		labels[k] = v
	}
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("32"),
		corev1.ResourceMemory: resource.MustParse("256Gi"),
		corev1.ResourcePods:   resource.MustParse("256"),
	}
	for name, text := range n.Capacity {
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("capacity %s=%s: %w", name, text, err)
		}
		capacity[corev1.ResourceName(name)] = quantity
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels},
		Status:     corev1.NodeStatus{Capacity: capacity, Allocatable: capacity},
	}, nil
}

func awaitNode(ctx context.Context, client kubernetes.Interface, name string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err == nil && nodeReady(node) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("node %s is not ready, see kwok.log: %w", name, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// nodeReady also waits until the taint of a new node is gone, because pods
// are not placed before.
func nodeReady(node *corev1.Node) bool {
	if len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
