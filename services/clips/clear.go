package clips

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// keepClear clears the desks of this machine as their clips are done with, until the context ends.
func keepClear(ctx context.Context, d *run.Deps) error {
	end, err := d.Logs.Last(ctx, events.Facts.Name)
	if err != nil {
		return err
	}
	if err := d.WaitFor(ctx, es.Position{Log: events.Facts.Name, Seq: end}); err != nil {
		return err
	}
	if err := sweep(ctx, d); err != nil {
		return err
	}
	from := es.TailFrom{Subject: events.Facts.Prefix + ".*.clip.*.*", After: end}
	return d.Follow(ctx, events.Facts, from, func(e es.Event) error {
		if !packaging.Ends(e.Name) {
			return nil
		}
		if err := d.WaitFor(ctx, e.Position); err != nil {
			return err
		}
		if err := clearDesk(d, e.AggregateID); err != nil {
			d.Logger.Warn("a place to work was not cleared", "clip", e.AggregateID, "err", err)
		}
		return nil
	})
}

// sweep clears the desks of clips that are done with.
func sweep(ctx context.Context, d *run.Deps) error {
	entries, err := os.ReadDir(filepath.Join(d.Work, "clips"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	for _, entry := range entries {
		var busy bool
		err := d.DB.QueryRow(ctx, `select exists (select from clip where id = $1 and state in ('registered', 'probed'))`, entry.Name()).Scan(&busy)
		if err != nil {
			return err
		}
		if busy {
			continue
		}
		if err := clearDesk(d, entry.Name()); err != nil {
			return err
		}
	}
	return nil
}

// clearDesk removes a desk that nobody works at.
func clearDesk(d *run.Deps, clip string) error {
	dir := deskDir(d, clip)
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil
	}
	k, err := takeDesk(dir, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return err
	}
	defer k.close()
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clearing up: %w", err)
	}
	return nil
}
