package enroll

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

const (
	endpointField = "endpoint"
	pinField      = "caPin"
)

// Published is what whoever issues join tokens must know of the hub. It stands
// beside the fleet's ID in FleetConfigMap and holds nothing secret.
type Published struct {
	// Endpoint that agents dial: https://HOST[:PORT].
	Endpoint string
	// Pin of the fleet's CA.
	Pin identity.Pin
}

// Publish writes p for the fleet that Ensure founded.
func Publish(ctx context.Context, configMaps corev1client.ConfigMapInterface, p Published) error {
	patch, err := json.Marshal(map[string]any{"data": map[string]string{
		endpointField: p.Endpoint, pinField: p.Pin.String(),
	}})
	if err != nil {
		return err
	}
	if _, err := configMaps.Patch(ctx, FleetConfigMap, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return fmt.Errorf("publish the hub's endpoint in configmap %s: %w", FleetConfigMap, err)
	}
	return nil
}

// ReadPublished reads what the hub published.
func ReadPublished(ctx context.Context, configMaps corev1client.ConfigMapInterface) (Published, error) {
	cm, err := configMaps.Get(ctx, FleetConfigMap, metav1.GetOptions{})
	if err != nil {
		return Published{}, fmt.Errorf("read configmap %s: %w", FleetConfigMap, err)
	}
	if cm.Data[endpointField] == "" {
		return Published{}, fmt.Errorf("configmap %s names no endpoint yet: is the hub running?", FleetConfigMap)
	}
	pin, err := identity.ParsePin(cm.Data[pinField])
	if err != nil {
		return Published{}, fmt.Errorf("configmap %s: %w", FleetConfigMap, err)
	}
	return Published{Endpoint: cm.Data[endpointField], Pin: pin}, nil
}
