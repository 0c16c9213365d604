package localkube_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

// parentEnv makes this test binary play a parent that is about to be killed.
const parentEnv = "FAIRLEAD_TEST_PARENT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentEnv); dir != "" {
		playParent(dir)
	}
	testenv.Main(m)
}

func options(assets, dir string) localkube.Options {
	return localkube.Options{Assets: assets, Dir: dir, Name: "own", Mode: localkube.ControlPlane, Fsync: true, Logger: logr.Discard()}
}

func start(t *testing.T, opts localkube.Options) *localkube.Cluster {
	t.Helper()
	c, err := localkube.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *localkube.Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// remember stores something that must be found again.
func remember(t *testing.T, c *localkube.Cluster, name string) {
	t.Helper()
	configMap := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := client(t, c).CoreV1().ConfigMaps("default").Create(t.Context(), configMap, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, c *localkube.Cluster, name string) error {
	t.Helper()
	_, err := client(t, c).CoreV1().ConfigMaps("default").Get(t.Context(), name, metav1.GetOptions{})
	return err
}

// client reads the kubeconfig file, as kubectl would.
func client(t *testing.T, c *localkube.Cluster) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	cs, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("waited in vain: %s: %v", what, err)
}

func TestDataSurvivesRestartsAndPortsMove(t *testing.T) {
	opts := options(testenv.Assets(t), t.TempDir())
	c := start(t, opts)
	remember(t, c, "first")
	if _, err := localkube.Start(t.Context(), opts); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second start on a live directory: %v", err)
	}
	before := c.Config().Host
	stop(t, c)

	// Somebody else takes the port of the API server meanwhile.
	host, err := url.Parse(before)
	if err != nil {
		t.Fatal(err)
	}
	thief, err := net.Listen("tcp", host.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	c = start(t, opts)
	if err := found(t, c, "first"); err != nil {
		t.Error(err)
	}
	if c.Config().Host == before {
		t.Errorf("the API server claims to listen on a taken port, %s", before)
	}
}

func TestKilledChildrenComeBack(t *testing.T) {
	c := start(t, options(testenv.Assets(t), t.TempDir()))
	remember(t, c, "first")
	for _, p := range c.Processes() {
		pid := p.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatalf("kill %s: %v", p.Name(), err)
		}
		eventually(t, p.Name()+" runs again", func() error {
			if now := p.PID(); now == 0 || now == pid {
				return fmt.Errorf("pid %d", now)
			}
			return c.Ready(t.Context())
		})
	}
	eventually(t, "the object is there", func() error { return found(t, c, "first") })
	// The restarted controller manager works: a namespace gets its account.
	testenv.Namespace(t, c.Config())
}

// playParent starts a cluster, prints the pids of its children and waits.
func playParent(dir string) {
	assets, err := localkube.Assets()
	if err != nil {
		panic(err)
	}
	c, err := localkube.Start(context.Background(), options(assets, dir))
	if err != nil {
		panic(err)
	}
	var pids []int
	for _, p := range c.Processes() {
		pids = append(pids, p.PID())
	}
	_ = json.NewEncoder(os.Stdout).Encode(pids)
	select {}
}

func TestKilledParentLeavesNothingAndStartsAgain(t *testing.T) {
	assets, dir := testenv.Assets(t), t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentEnv+"="+dir)
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	err = json.NewDecoder(bufio.NewReader(out)).Decode(&pids)
	_ = parent.Process.Kill()
	_ = parent.Wait()
	if err != nil || len(pids) != 3 {
		t.Fatalf("children of the parent: %v, %v", pids, err)
	}
	for _, pid := range pids {
		eventually(t, "the end of a child", func() error {
			raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err == nil && !strings.Contains(string(raw), ") Z ") {
				return fmt.Errorf("still there: %s", raw)
			}
			return nil
		})
	}
	start(t, options(assets, dir))
}

func TestAuditLogTellsWhoAskedForWhat(t *testing.T) {
	opts := options(testenv.Assets(t), t.TempDir())
	opts.AuditLog = filepath.Join(opts.Dir, "audit.log")
	c := start(t, opts)
	since := time.Now()
	remember(t, c, "audited")
	events, err := localkube.ReadAudit(c.AuditLog(), since)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.User.Username == "admin" && e.Verb == "create" && e.ObjectRef.Resource == "configmaps" && e.ResponseStatus.Code == 201 {
			return
		}
	}
	t.Errorf("no create of a ConfigMap by admin among %d events", len(events))
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	_, err := localkube.Start(t.Context(), options(t.TempDir(), t.TempDir()))
	for _, want := range []string{"etcd", "kube-apiserver", "make kube", localkube.AssetsEnv} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
}

func TestAFailingChildShowsItsLog(t *testing.T) {
	assets := t.TempDir()
	for _, name := range []string{"kube-apiserver", "kube-controller-manager"} {
		if err := os.Symlink(filepath.Join(testenv.Assets(t), name), filepath.Join(assets, name)); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\necho cannot open the vault >&2\nexit 7\n"
	if err := os.WriteFile(filepath.Join(assets, "etcd"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := localkube.Start(t.Context(), options(assets, t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), "cannot open the vault") {
		t.Errorf("want the child's last words, got %v", err)
	}
}
