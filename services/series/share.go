package series

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Address is where programs read the calendar by themselves.
type Address struct {
	// URL works for everybody who has it; empty when there is none.
	URL string `json:"url"`
}

var getAddress = api.Get("/api/series/calendar/address", "gives the address at which calendar programs read what is planned", api.Editors,
	func(ctx context.Context, d *run.Deps, _ struct{}) (Address, error) {
		var secret string
		err := d.DB.QueryRow(ctx, `select secret from vault.calendars where owner = $1`, api.OwnerOf(ctx)).Scan(&secret)
		if errors.Is(err, pgx.ErrNoRows) {
			return Address{}, nil
		}
		return addressOf(d, secret), err
	})

var makeAddress = api.Post("/api/series/calendar/address", "makes the address for calendar programs, unless there is one", api.Editors,
	func(ctx context.Context, d *run.Deps, _ struct{}) (Address, error) {
		var secret string // that of the row, which may be there already
		err := d.DB.QueryRow(ctx, `insert into vault.calendars (owner, secret) values ($1, $2)
			on conflict (owner) do update set secret = calendars.secret returning secret`, api.OwnerOf(ctx), rand.Text()).Scan(&secret)
		return addressOf(d, secret), err
	}).ToldOnce()

var endAddress = api.Delete("/api/series/calendar/address", "ends the address for calendar programs", api.Editors,
	func(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
		_, err := d.DB.Exec(ctx, `delete from vault.calendars where owner = $1`, api.OwnerOf(ctx))
		return api.None{}, err
	})

func addressOf(d *run.Deps, secret string) Address {
	return Address{URL: d.Config.URL() + "/api/calendars/" + secret + "/afterglow.ics"}
}

// Shared asks for the calendar that an address leads to.
type Shared struct {
	Token string `path:"token" json:"-"`
}

var getShared = api.Get("/api/calendars/{token}/afterglow.ics", "gives the streams that are planned to whoever has the address", api.Everybody,
	func(ctx context.Context, d *run.Deps, req Shared) (api.File, error) {
		var owner string
		err := d.DB.QueryRow(ctx, `select owner from vault.calendars where secret = $1`, req.Token).Scan(&owner)
		if errors.Is(err, pgx.ErrNoRows) {
			return api.File{}, fault.New(fault.NotFound, "there is no calendar at this address, or not any more: ask whoever plans for the one there is now")
		}
		if err != nil {
			return api.File{}, err
		}
		return calendarOf(ctx, d, owner)
	})
