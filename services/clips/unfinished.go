package clips

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetUpload asks how far an upload is.
type GetUpload struct {
	Upload string `path:"upload" json:"-"`
}

var getUpload = api.Get("/api/uploads/{upload}", "tells which parts have arrived, and where the others go", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetUpload) (Upload, error) {
		u, err := findUpload(ctx, d, api.OwnerOf(ctx), req.Upload)
		if err != nil {
			return Upload{}, err
		}
		if u.Clip != "" {
			return u.show(ctx, d, nil)
		}
		if err := u.keep(ctx, d); err != nil {
			return Upload{}, err
		}
		arrived, err := u.arrived(ctx, d)
		if err != nil {
			return Upload{}, err
		}
		return u.show(ctx, d, arrived)
	})

// UnfinishedUpload is a file that was announced and is not a clip yet.
type UnfinishedUpload struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	StreamID string `json:"streamId,omitempty"`
	// Title of the new stream, as it was announced.
	Title string `json:"title,omitempty"`
	// Size in bytes.
	Size int64 `json:"size"`
	// StartedAt and EndedAt are as they were announced, or as the name tells.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
}

// ListUploads asks for a page of unfinished uploads, newest first. Name and size find those of one file.
type ListUploads struct {
	Name string `query:"name" json:"-"`
	// Size in bytes; zero is any.
	Size   int64  `query:"size" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

var listUploads = api.Get("/api/uploads", "lists the uploads that one can go on with", api.Editors,
	func(ctx context.Context, d *run.Deps, req ListUploads) (api.List[UnfinishedUpload], error) {
		before, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return api.List[UnfinishedUpload]{}, err
		}
		limit := api.Limit(req.Limit)
		rows, err := d.DB.Query(ctx, `select id, name, stream, title, size, started_at, ended_at, created_at from vault.uploads
			where owner = $1 and clip = '' and multipart <> '' and ($2 = '' or name = $2) and ($3 = 0 or size = $3)
				and ($4::timestamptz is null or (created_at, id) < ($4, $5))
			order by created_at desc, id desc limit $6`,
			api.OwnerOf(ctx), req.Name, req.Size, before, id, limit+1)
		if err != nil {
			return api.List[UnfinishedUpload]{}, err
		}
		items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[UnfinishedUpload])
		return api.Page(items, limit, func(last UnfinishedUpload) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
	})

var abortUpload = api.Delete("/api/uploads/{upload}", "throws away what has arrived of a file", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetUpload) (api.None, error) {
		u, err := findUpload(ctx, d, api.OwnerOf(ctx), req.Upload)
		if err != nil {
			return api.None{}, err
		}
		if err := u.throwAway(ctx, d); err != nil {
			return api.None{}, err
		}
		return api.None{}, d.Logs.CancelTimer(ctx, u.Owner, events.UploadLapsed{Upload: u.ID})
	})
