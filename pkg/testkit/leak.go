package testkit

import (
	"fmt"

	"go.uber.org/goleak"
)

// leaked tells of goroutines that run on although all tests have ended: an error with their stacks.
func leaked() error {
	if err := goleak.Find(); err != nil {
		return fmt.Errorf("tests left something running; whoever starts a goroutine has to end it: %w", err)
	}
	return nil
}
