package main

import (
	"crypto/rand"
	"os/user"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// requestInfo makes two equal requests differ; see delivery.OperationOf.
const requestInfo = "fairlead.dev/request"

// newOperation asks for a sync in the name of who runs the command.
func newOperation(sync *v1alpha1.SyncOperation) *v1alpha1.Operation {
	op := &v1alpha1.Operation{Sync: sync, Info: []*v1alpha1.Info{{Name: requestInfo, Value: rand.Text()}}}
	op.InitiatedBy.Username = username()
	return op
}

// username of who runs the command, "" if nobody knows.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
