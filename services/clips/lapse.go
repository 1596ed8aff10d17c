package clips

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// lapsesAfter is how long an upload is kept that nobody goes on with.
const lapsesAfter = 7 * 24 * time.Hour

// keep gives an upload its time anew.
func (u upload) keep(ctx context.Context, d *run.Deps) error {
	return d.Logs.SetTimer(ctx, u.Owner, events.UploadLapsed{Upload: u.ID}, time.Now().Add(lapsesAfter))
}

var lapse = run.Reactor{
	Name: "clips-lapse", Doc: "throws away uploads that nobody goes on with", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.UploadLapsed, m es.Meta) error {
		u, err := findUpload(ctx, d, m.Owner, e.Upload)
		if fault.Is(err, fault.NotFound) || err == nil && u.Clip != "" {
			return nil
		}
		if err != nil {
			return err
		}
		due, set, err := d.Logs.Timer(ctx, m.Owner, e)
		if err != nil || set && due.After(m.Time) { // somebody has gone on with it
			return err
		}
		err = u.throwAway(ctx, d)
		if fault.Is(err, fault.Conflict) { // it is about to become a clip
			return u.keep(ctx, d)
		}
		return err
	})},
}

// throwAway forgets an upload and what has arrived of it. One that is a clip, or about to be, is
// fault.Conflict.
func (u upload) throwAway(ctx context.Context, d *run.Deps) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		var clip string
		var busy bool // a check that was cut short does not count for ever
		err := tx.QueryRow(ctx, `select clip, coalesce(completing_at > now() - $2::interval, false)
			from vault.uploads where id = $1 for update`, u.ID, checking).Scan(&clip, &busy)
		switch {
		case errors.Is(err, pgx.ErrNoRows): // another call was quicker
			return nil
		case err != nil:
			return err
		case clip != "":
			return fault.New(fault.Conflict, "the upload is complete; it has become the clip %s", clip)
		case busy:
			return fault.New(fault.Conflict, "it is being checked; once that is done it is a clip, and cannot be thrown away any more")
		}
		if err := d.Blob.Abort(ctx, u.Object, u.Multipart); err != nil {
			return err
		}
		if err := d.Blob.Remove(ctx, u.Object); err != nil { // it may be whole, and not be a clip yet
			return err
		}
		_, err = tx.Exec(ctx, `delete from vault.uploads where id = $1`, u.ID)
		return err
	})
}
