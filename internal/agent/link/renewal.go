package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Keeper is an identity that the agent itself keeps, and so must renew.
type Keeper interface {
	// Request is a certificate request (PKCS #10, DER) for the next
	// certificate.
	Request() ([]byte, error)
	// Renewed keeps what the hub answered to the last Request.
	Renewed(*deliveryv1.RenewResponse) error
}

// Renewal keeps a client's certificate fresh.
type Renewal struct {
	Client *delivery.Client
	// Certificate asks for the present one.
	Certificate func() (certificate tls.Certificate, ca []byte, err error)
	// Keeper renews; nil when somebody else does, and Certificate is asked
	// again instead.
	Keeper Keeper
	Time   *delivery.AgentTime
	Clock  clock.WithTicker
	Logger logr.Logger
}

// retryRenewal is the pause after a renewal that failed.
const retryRenewal = time.Minute

// Run renews at two thirds of each certificate's life until ctx ends.
func (r *Renewal) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait, err := r.due()
		if err == nil && wait <= 0 {
			if err = r.renew(ctx); err == nil {
				r.Logger.Info("certificate renewed")
				wait, err = r.due()
			}
		}
		if err != nil {
			r.Logger.Error(err, "certificate was not renewed; trying again", "in", retryRenewal.String())
			wait = retryRenewal
		}
		sleep(ctx, r.Clock, max(wait, time.Second))
	}
}

// due is how long the present certificate is good for, up to two thirds of its
// life.
func (r *Renewal) due() (time.Duration, error) {
	certificate, _, err := r.Certificate()
	if err != nil {
		return 0, err
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return 0, fmt.Errorf("parse the agent's certificate: %w", err)
	}
	life := leaf.NotAfter.Sub(leaf.NotBefore)
	return leaf.NotBefore.Add(life * 2 / 3).Sub(r.Time.Now()), nil
}

func (r *Renewal) renew(ctx context.Context) error {
	if r.Keeper != nil {
		request, err := r.Keeper.Request()
		if err != nil {
			return err
		}
		response, err := r.Client.Renew(ctx, request)
		if err != nil {
			return err
		}
		if err := r.Keeper.Renewed(response); err != nil {
			return err
		}
	}
	certificate, ca, err := r.Certificate()
	if err != nil {
		return err
	}
	return r.Client.Use(certificate, ca)
}
