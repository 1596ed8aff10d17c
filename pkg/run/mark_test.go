package run_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestMarkRoles(t *testing.T) { // not parallel: it sets the environment
	for text, want := range map[string][]string{"": nil, "everyone": {"everyone"}, "broadcaster, vip": {"broadcaster", "vip"}} {
		t.Setenv("AFTERGLOW_MARK_ROLES", text)
		if c, err := (run.Config{}).FromEnv(); err != nil || !slices.Equal(c.MarkRoles, want) {
			t.Errorf("%q is %v (%v), want %v", text, c.MarkRoles, err, want)
		}
	}
	for _, text := range []string{"friends", "vip,", "VIP", "vip;moderator"} {
		t.Setenv("AFTERGLOW_MARK_ROLES", text)
		if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_MARK_ROLES") || !strings.Contains(err.Error(), "set some of") {
			t.Errorf("%q: got %v, want an error that says what to set", text, err)
		}
	}
}
