package enroll

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
)

// FleetConfigMap holds the fleet's identity and how far it has counted.
const FleetConfigMap = "fairlead-fleet"

// The fields of the ConfigMap.
const (
	idField    = "id"
	epochField = "epoch"
)

// Fleet is the identity of a fleet and where its counting stands.
type Fleet struct {
	// ID is a UUID, made once.
	ID string
	// Epoch rises when the hub was restored from a backup.
	Epoch uint64
}

// FleetStore keeps the Fleet in a ConfigMap of the control namespace. Every
// change is a patch that holds only for the version that was read, so several
// replicas may use it.
type FleetStore struct {
	configMaps corev1client.ConfigMapInterface
}

// NewFleetStore writes to the namespace of configMaps.
func NewFleetStore(configMaps corev1client.ConfigMapInterface) FleetStore {
	return FleetStore{configMaps}
}

// Ensure reads the fleet, or founds it if there is none.
func (s FleetStore) Ensure(ctx context.Context) (Fleet, error) {
	fleet, _, err := s.read(ctx)
	if !apierrors.IsNotFound(err) {
		return fleet, err
	}
	founded := Fleet{ID: string(uuid.NewUUID()), Epoch: 1}
	_, err = s.configMaps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: FleetConfigMap},
		Data:       founded.data(),
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) { // another replica was first
		fleet, _, err = s.read(ctx)
		return fleet, err
	}
	if err != nil {
		return Fleet{}, fmt.Errorf("create configmap %s: %w", FleetConfigMap, err)
	}
	return founded, nil
}

// RaiseEpoch makes the epoch higher than one that an agent has seen. It changes
// nothing if the epoch is higher already.
func (s FleetStore) RaiseEpoch(ctx context.Context, seen uint64) (Fleet, error) {
	return s.change(ctx, func(f Fleet) Fleet {
		if f.Epoch <= seen {
			f.Epoch = seen + 1
		}
		return f
	})
}

// maxAttempts of a change that others are making, too.
const maxAttempts = 20

func (s FleetStore) change(ctx context.Context, next func(Fleet) Fleet) (Fleet, error) {
	for range maxAttempts {
		fleet, version, err := s.read(ctx)
		if err != nil {
			return Fleet{}, err
		}
		changed := next(fleet)
		if changed == fleet {
			return fleet, nil
		}
		patch, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"resourceVersion": version},
			"data":     changed.data(),
		})
		if err != nil {
			return Fleet{}, err
		}
		_, err = s.configMaps.Patch(ctx, FleetConfigMap, types.MergePatchType, patch, metav1.PatchOptions{})
		if apierrors.IsConflict(err) {
			continue
		}
		if err != nil {
			return Fleet{}, fmt.Errorf("change configmap %s: %w", FleetConfigMap, err)
		}
		return changed, nil
	}
	return Fleet{}, fmt.Errorf("change configmap %s: others changed it %d times meanwhile", FleetConfigMap, maxAttempts)
}

func (s FleetStore) read(ctx context.Context) (fleet Fleet, version string, err error) {
	cm, err := s.configMaps.Get(ctx, FleetConfigMap, metav1.GetOptions{})
	if err != nil {
		return Fleet{}, "", fmt.Errorf("get configmap %s: %w", FleetConfigMap, err)
	}
	fleet.ID = cm.Data[idField]
	fleet.Epoch, err = strconv.ParseUint(cm.Data[epochField], 10, 64)
	if err != nil || fleet.ID == "" {
		return Fleet{}, "", fmt.Errorf("configmap %s does not say which fleet this is (want %s and %s); restore it from a backup",
			FleetConfigMap, idField, epochField)
	}
	return fleet, cm.ResourceVersion, nil
}

func (f Fleet) data() map[string]string {
	return map[string]string{
		idField:    f.ID,
		epochField: strconv.FormatUint(f.Epoch, 10),
	}
}
