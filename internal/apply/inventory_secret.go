package apply

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// LabelInventory is on every Secret that holds (part of) an inventory; its
// value is the owner's Key.Hash.
const LabelInventory = "fairlead.dev/inventory"

const (
	annotationUID    = "fairlead.dev/application-uid"
	annotationChunks = "fairlead.dev/inventory-chunks"
	annotationDigest = "fairlead.dev/inventory-digest"

	secretType         = "fairlead.dev/inventory"
	maxInventory       = 256 << 20 // bytes, unpacked: a guard against a crafted Secret
	defaultChunk       = 512 << 10
	inventoriesPerPage = 100
)

var secrets = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}

// InventoryStore keeps inventories in the cluster itself, so that a lost local store
// neither prunes nor leaks: the canonical JSON, compressed, in one Secret per
// Application; what exceeds 512 KiB goes on in further Secrets. The first
// Secret is written last and names size and digest of the whole, so a crash
// while writing leaves the inventory of before.
type InventoryStore struct {
	client    dynamic.ResourceInterface
	namespace string
	chunk     int // bytes per Secret
}

// NewInventoryStore keeps its Secrets in a namespace, which must exist.
func NewInventoryStore(client dynamic.Interface, namespace string) *InventoryStore {
	return &InventoryStore{client: client.Resource(secrets).Namespace(namespace), namespace: namespace, chunk: defaultChunk}
}

// Stored is an inventory with its owner.
type Stored struct {
	Key       Key
	Inventory Inventory
}

// Save stores the inventory of an Application in place of the one before.
func (s *InventoryStore) Save(ctx context.Context, key Key, inv Inventory) error {
	packed, digest, err := pack(inv)
	if err != nil {
		return fmt.Errorf("save inventory of %s: %w", key, err)
	}
	chunks := split(packed, s.chunk)
	for i := len(chunks) - 1; i >= 0; i-- {
		secret := s.secret(key, i, len(chunks), digest, chunks[i])
		force := metav1.ApplyOptions{FieldManager: FieldManager, Force: true}
		if _, err := s.client.Apply(ctx, secret.GetName(), secret, force); err != nil {
			return fmt.Errorf("save inventory of %s in secret %s/%s: %w", key, s.namespace, secret.GetName(), err)
		}
	}
	return s.drop(ctx, key, func(part *unstructured.Unstructured) bool {
		return part.GetAnnotations()[annotationDigest] != digest
	})
}

// Load reads the inventory of an Application; false if there is none.
func (s *InventoryStore) Load(ctx context.Context, key Key) (Inventory, bool, error) {
	head, err := s.client.Get(ctx, headName(key), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("load inventory of %s: %w", key, err)
	}
	stored, err := s.read(ctx, head)
	if err != nil {
		return nil, false, fmt.Errorf("load inventory of %s: %w", key, err)
	}
	return stored.Inventory, true, nil
}

// List reads all inventories of the namespace: where an agent that lost its
// store begins. Those that can be read are returned even if others cannot.
func (s *InventoryStore) List(ctx context.Context) ([]Stored, error) {
	var out []Stored
	var errs []error
	opts := metav1.ListOptions{LabelSelector: LabelInventory, Limit: inventoriesPerPage}
	for {
		page, err := s.client.List(ctx, opts)
		if err != nil {
			return out, fmt.Errorf("list inventories in namespace %s: %w", s.namespace, err)
		}
		for i := range page.Items {
			head := &page.Items[i]
			if head.GetAnnotations()[annotationChunks] == "" {
				continue // a further chunk
			}
			stored, err := s.read(ctx, head)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			out = append(out, stored)
		}
		if opts.Continue = page.GetContinue(); opts.Continue == "" {
			return out, errors.Join(errs...)
		}
	}
}

// Delete removes the inventory of an Application.
func (s *InventoryStore) Delete(ctx context.Context, key Key) error {
	return s.drop(ctx, key, func(*unstructured.Unstructured) bool { return true })
}

// drop deletes those Secrets of an Application that match.
func (s *InventoryStore) drop(ctx context.Context, key Key, match func(*unstructured.Unstructured) bool) error {
	list, err := s.client.List(ctx, metav1.ListOptions{LabelSelector: LabelInventory + "=" + key.Hash()})
	if err != nil {
		return fmt.Errorf("list inventory secrets of %s: %w", key, err)
	}
	for i := range list.Items {
		part := &list.Items[i]
		if !match(part) {
			continue
		}
		if err := s.client.Delete(ctx, part.GetName(), metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("delete secret %s/%s: %w", s.namespace, part.GetName(), err)
		}
	}
	return nil
}

// read puts an inventory together, from its first Secret on.
func (s *InventoryStore) read(ctx context.Context, head *unstructured.Unstructured) (Stored, error) {
	damaged := func(err error) error {
		return fmt.Errorf("inventory secret %s/%s is damaged: %w", s.namespace, head.GetName(), err)
	}
	key, err := ParseKey(OwnerOf(head))
	if err != nil {
		return Stored{}, damaged(err)
	}
	key.UID = head.GetAnnotations()[annotationUID]
	digest := head.GetAnnotations()[annotationDigest]
	count, err := strconv.Atoi(head.GetAnnotations()[annotationChunks])
	if err != nil || count < 1 {
		return Stored{}, damaged(errors.New("number of chunks is missing"))
	}
	packed, err := payload(head)
	if err != nil {
		return Stored{}, damaged(err)
	}
	for i := 1; i < count; i++ {
		part, err := s.client.Get(ctx, chunkName(key, digest, i), metav1.GetOptions{})
		if err != nil {
			return Stored{}, fmt.Errorf("read secret %s/%s: %w", s.namespace, chunkName(key, digest, i), err)
		}
		data, err := payload(part)
		if err != nil {
			return Stored{}, damaged(err)
		}
		packed = append(packed, data...)
	}
	inv, err := unpack(packed, digest)
	if err != nil {
		return Stored{}, damaged(err)
	}
	return Stored{Key: key, Inventory: inv}, nil
}

func (s *InventoryStore) secret(key Key, i, count int, digest string, data []byte) *unstructured.Unstructured {
	annotations := map[string]any{annotationDigest: digest}
	if i == 0 {
		annotations[AnnotationApplication] = key.String()
		annotations[annotationUID] = key.UID
		annotations[annotationChunks] = strconv.Itoa(count)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": secretType,
		"metadata": map[string]any{
			"name": chunkName(key, digest, i), "namespace": s.namespace,
			"labels":      map[string]any{LabelInventory: key.Hash()},
			"annotations": annotations,
		},
		"data": map[string]any{"inventory": base64.StdEncoding.EncodeToString(data)},
	}}
}
