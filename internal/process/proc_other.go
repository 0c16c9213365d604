//go:build !linux

package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

func childAttr() (*syscall.SysProcAttr, error) {
	return nil, fmt.Errorf("supervised processes need Linux, this is %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func identify(int) (*identity, error) { return nil, errors.ErrUnsupported }

func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
