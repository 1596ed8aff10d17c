package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// Erase takes events off a log for good, and overwrites what was stored of them. It is for logs about
// persons alone, and for letters, which repeat what could not be handled of them. What is gone already is
// no error.
func (c *Conn) Erase(ctx context.Context, positions ...Position) error {
	for _, p := range positions {
		if log, _ := events.LogNamed(p.Log); !log.Personal && log.Name != events.Dead.Name {
			return fmt.Errorf("erase %s: nothing is ever removed from the log %s", p, p.Log)
		}
		stream, err := c.stream(p.Log)
		if err != nil {
			return err
		}
		err = stream.SecureDeleteMsg(ctx, p.Seq)
		if err != nil {
			if _, missing := stream.GetMsg(ctx, p.Seq); errors.Is(missing, jetstream.ErrMsgNotFound) {
				continue
			}
			return fmt.Errorf("erase %s: %w", p, err)
		}
	}
	return nil
}
