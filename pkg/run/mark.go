package run

import (
	"fmt"
	"slices"
	"strings"
)

// markRoles is what AFTERGLOW_MARK_ROLES says.
func markRoles(otherwise []string) ([]string, error) {
	text, err := Env("AFTERGLOW_MARK_ROLES")
	if err != nil || text == "" {
		return otherwise, err
	}
	var roles []string
	for role := range strings.SplitSeq(text, ",") {
		role = strings.TrimSpace(role)
		if !slices.Contains([]string{"broadcaster", "moderator", "vip", "subscriber", "everyone"}, role) {
			return nil, fmt.Errorf("AFTERGLOW_MARK_ROLES has %q: set some of broadcaster, moderator, vip, subscriber and everyone, with commas between them", role)
		}
		roles = append(roles, role)
	}
	return roles, nil
}
