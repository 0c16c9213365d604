package localkube

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// AssetsEnv names a directory of ready-made binaries, as in envtest.
const AssetsEnv = "KUBEBUILDER_ASSETS"

// toolsHash keys the cache: the first 16 hex digits of SHA-256 of
// tools/kube/go.sum. A test compares the two, so a bump of the one without
// the other does not pass.
const toolsHash = "709204232fc30de4"

// stagesFile tells kwok how nodes and pods live; it stands beside the binaries.
const stagesFile = "kwok-stages.yaml"

// Assets is the directory where tools/kube/build.sh puts the binaries:
// KUBEBUILDER_ASSETS if set, else a folder of FAIRLEAD_CACHE, XDG_CACHE_HOME
// or ~/.cache. The directory need not exist.
func Assets() (string, error) {
	if dir := os.Getenv(AssetsEnv); dir != "" {
		return filepath.Abs(dir)
	}
	cache := os.Getenv("FAIRLEAD_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the cache directory, set FAIRLEAD_CACHE: %w", err)
		}
		cache = filepath.Join(user, "fairlead")
	}
	return filepath.Join(cache, "kube", toolsHash), nil
}

// requireAssets names every missing file at once and says how to get it.
func requireAssets(dir string, names ...string) error {
	var missing []error
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			missing = append(missing, fmt.Errorf("%s is not in %s", name, dir))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("kubernetes binaries, run \"make kube\" or set %s: %w", AssetsEnv, errors.Join(missing...))
	}
	return nil
}
