package apply

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func headName(key Key) string { return "fairlead-inventory-" + key.Hash() }

// chunkName carries the digest: a new inventory never overwrites the further
// chunks of the one before.
func chunkName(key Key, digest string, i int) string {
	if i == 0 {
		return headName(key)
	}
	return fmt.Sprintf("%s-%.8s-%d", headName(key), digest, i)
}

func payload(secret *unstructured.Unstructured) ([]byte, error) {
	text, _, _ := unstructured.NestedString(secret.Object, "data", "inventory")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("data of %s: %w", secret.GetName(), err)
	}
	return data, nil
}

func pack(inv Inventory) (packed []byte, digest string, err error) {
	data, err := inv.Encode()
	if err != nil {
		return nil, "", err
	}
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(data)
	return buf.Bytes(), hex.EncodeToString(sum[:]), nil
}

func unpack(packed []byte, digest string) (Inventory, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxInventory))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
		return nil, errors.New("content does not match its digest")
	}
	return DecodeInventory(data)
}

func split(data []byte, size int) [][]byte {
	var out [][]byte
	for len(data) > size {
		out = append(out, data[:size])
		data = data[size:]
	}
	return append(out, data)
}
