package run_test

import (
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestLogReplicas(t *testing.T) { // not parallel: it sets the environment
	for text, want := range map[string]int{"": 0, "1": 1, "3": 3, "5": 5} {
		t.Setenv("AFTERGLOW_LOG_REPLICAS", text)
		if c, err := (run.Config{}).FromEnv(); err != nil || c.LogReplicas != want {
			t.Errorf("%q is %d replicas (%v), want %d", text, c.LogReplicas, err, want)
		}
	}
	for _, text := range []string{"0", "2", "-3", "three"} {
		t.Setenv("AFTERGLOW_LOG_REPLICAS", text)
		if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_LOG_REPLICAS") || !strings.Contains(err.Error(), "set 1") {
			t.Errorf("%q: got %v, want an error that says what to set", text, err)
		}
	}
}
