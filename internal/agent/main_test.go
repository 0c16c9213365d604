package agent_test

import (
	"testing"

	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
