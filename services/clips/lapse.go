package clips

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// lapsesAfter is how long an upload is kept that nobody goes on with.
const lapsesAfter = 48 * time.Hour

// keep gives an upload its time anew.
func (u upload) keep(ctx context.Context, d *run.Deps) error {
	return u.keepUntil(ctx, d, time.Now().Add(lapsesAfter))
}

func (u upload) keepUntil(ctx context.Context, d *run.Deps, at time.Time) error {
	return d.Logs.SetTimer(ctx, u.Owner, events.UploadLapsed{Upload: u.ID}, at)
}

var lapse = run.Reactor{
	Name: "clips-lapse", Doc: "throws away uploads that nobody goes on with", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.UploadLapsed, m es.Meta) error {
		u, err := findUpload(ctx, d, m.Owner, e.Upload)
		switch {
		case fault.Is(err, fault.NotFound):
			return reap(ctx, d)
		case err != nil:
			return err
		case u.Clip != "": // a crash came before its end
			return u.settle(ctx, d)
		}
		due, set, err := d.Logs.Timer(ctx, m.Owner, e)
		if err != nil || set && due.After(m.Time) { // somebody has gone on with it
			return err
		}
		arrived, err := d.Blob.Parts(ctx, u.Object, u.Multipart)
		if err != nil && !errors.Is(err, blob.ErrNotFound) {
			return err
		}
		for _, p := range arrived {
			due = latest(due, p.At.Add(lapsesAfter))
		}
		if due.After(m.Time) {
			return u.keepUntil(ctx, d, due)
		}
		err = u.throwAway(ctx, d)
		if fault.Is(err, fault.Conflict) { // it is about to become a clip
			return u.keep(ctx, d)
		}
		if err != nil {
			return err
		}
		return reap(ctx, d)
	})},
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// throwAway forgets an upload and what has arrived of it. One that is a clip, or about to be, is
// fault.Conflict.
func (u upload) throwAway(ctx context.Context, d *run.Deps) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		var free bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtextextended($1, 0))`, u.lock()).Scan(&free); err != nil {
			return err
		}
		if !free {
			return fault.New(fault.Conflict, "it is being checked; once that is done it is a clip, and cannot be thrown away any more")
		}
		var clip string
		err := tx.QueryRow(ctx, `select clip from vault.uploads where id = $1`, u.ID).Scan(&clip)
		switch {
		case errors.Is(err, pgx.ErrNoRows): // another call was quicker
			return nil
		case err != nil:
			return err
		case clip != "":
			return fault.New(fault.Conflict, "the upload is complete; it has become the clip %s", clip)
		}
		if err := d.Blob.Abort(ctx, u.Object, u.Multipart); err != nil {
			return storeFailed(err)
		}
		if err := d.Blob.Remove(ctx, u.Object); err != nil { // it may be whole, and not be a clip yet
			return storeFailed(err)
		}
		_, err = tx.Exec(ctx, `delete from vault.uploads where id = $1`, u.ID)
		return err
	})
}
