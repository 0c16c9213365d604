package delivery

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func TestAnswersComeBackAsTheyWere(t *testing.T) {
	data, err := EncodeAnswer(fleet.TreeAnswer{Sync: "Synced", Roots: []fleet.TreeNode{{Kind: "Pod", Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	var got fleet.TreeAnswer
	if err := DecodeAnswer(data, &got); err != nil || got.Sync != "Synced" || got.Roots[0].Name != "a" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	noise := make([]byte, fleet.MaxQueryAnswer) // does not compress
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	if _, err := EncodeAnswer(map[string][]byte{"noise": noise}); !errors.Is(err, ErrAnswerSize) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerThatUnpacksWithoutEndIsRefused(t *testing.T) {
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	for range maxAnswerJSON>>20 + 1 {
		if _, err := zip.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	var into any
	if err := DecodeAnswer(bomb.Bytes(), &into); err == nil {
		t.Error("a bomb was read")
	}
}
