package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Delete removes an Application's objects and waits, within bounds, until they
// are gone. It returns the inventory of what is left to remove, empty when
// done; the error then says what stands in the way, and the call is worth
// repeating. An object that is another Application's by now, or carries no
// mark any more, is left alone and forgotten; one that is annotated
// Delete=false is released.
func (e *Engine) Delete(ctx context.Context, key Key, inv Inventory, opts DeleteOptions) (Inventory, error) {
	def(&opts.Propagation, metav1.DeletePropagationForeground)
	def(&opts.Timeout, time.Minute)
	var done Inventory
	var errs []error
	for _, item := range e.remove(ctx, key, inv, removeOptions{keep: optionNoDelete, propagation: opts.Propagation, timeout: opts.Timeout}) {
		switch item.fate {
		case gone:
			done = append(done, item.Entry)
		case foreign:
			e.opts.Logger.Info("object is not deleted", "application", key.String(), "reason", item.message)
			done = append(done, item.Entry)
		case retained:
			if err := e.releaseOne(ctx, key, item.Ref); err != nil {
				errs = append(errs, err)
				continue
			}
			done = append(done, item.Entry)
		case leaving:
			errs = append(errs, errors.New(item.message))
		default:
			if item.message == "" {
				item.message = fmt.Sprintf("%s comes after what is still being deleted", item.Ref)
			}
			errs = append(errs, errors.New(item.message))
		}
	}
	left := inv.Minus(done)
	if len(left) != len(inv) && opts.Save != nil {
		if err := opts.Save(ctx, left); err != nil {
			return inv, fmt.Errorf("delete objects of %s: save inventory: %w", key, err)
		}
	}
	if len(errs) > 0 {
		return left, fmt.Errorf("delete objects of %s: %w", key, errors.Join(errs...))
	}
	return left, nil
}
