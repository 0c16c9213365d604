package source

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestReason(t *testing.T) {
	reset := func(local, remote string) error {
		from, _ := net.ResolveTCPAddr("tcp", local)
		to, _ := net.ResolveTCPAddr("tcp", remote)
		return &url.Error{Op: "Get", URL: "https://git.example.com/a.git", Err: &net.OpError{
			Op: "read", Net: "tcp", Source: from, Addr: to, Err: os.NewSyscallError("read", syscall.ECONNRESET),
		}}
	}
	lookup := func(why string) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: why, Name: "git.example.com", Server: "10.0.0.2:53"}}
	}
	expired := func(at time.Time) error {
		return x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired, Detail: "current time " + at.String()}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{reset("10.0.0.1:51234", "192.0.2.1:443"), "read tcp: read: connection reset by peer"},
		{reset("10.0.0.1:51235", "192.0.2.2:443"), "read tcp: read: connection reset by peer"},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
			"proxyconnect tcp: dial tcp: connect: connection refused"},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "remote error: tls: handshake failure"},
		{lookup("no such host"), "look up git.example.com: no such host"},
		{lookup("read udp 10.0.0.1:40001->10.0.0.2:53: i/o timeout"), "look up git.example.com: i/o timeout"},
		{lookup("read udp 10.0.0.1:40002->10.0.0.2:53: i/o timeout"), "look up git.example.com: i/o timeout"},
		{expired(time.Now()), "the server's certificate has expired or is not yet valid"},
		{&url.Error{Op: "Get", Err: errors.New("EOF")}, "EOF"},
		{errors.New("as it is"), "as it is"},
	} {
		if got := Reason(c.err); got != c.want {
			t.Errorf("reason of %q:\n got %q\nwant %q", c.err, got, c.want)
		}
	}
}

func TestOneCauseHasOneText(t *testing.T) {
	s := newServer(t)
	reset := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // a reset instead of an orderly end
		_ = conn.Close()
	})
	s.fail.Store(&reset)
	g := newGit(t, Limits{})
	_, first := g.Resolve(t.Context(), s.URL, "main")
	_, second := g.Resolve(t.Context(), s.URL, "main")
	if !errors.Is(first, ErrUnavailable) || first.Error() != second.Error() {
		t.Errorf("two resets read differently:\n%v\n%v", first, second)
	}
}
