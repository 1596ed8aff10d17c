package clips

import (
	"context"
	"fmt"
	"mime"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// smallestPart in bytes; object stores take no smaller ones but for the last.
	smallestPart = 16 << 20
	// largestPart in bytes that object stores take.
	largestPart = 5 << 30
	// mostParts keeps the list of addresses small; object stores take ten thousand.
	mostParts = 1000
)

// StartUpload announces a file.
type StartUpload struct {
	Name string `json:"name"`
	// Size in bytes.
	Size        int64  `json:"size"`
	ContentType string `json:"contentType,omitempty"`
	// StreamID is the stream that it belongs to. Empty, and without a title, it finds the stream of what
	// was recorded within ten minutes of it, or a new one is made.
	StreamID string `json:"streamId,omitempty"`
	// Title of the new stream; the file's name when empty.
	Title string `json:"title,omitempty"`
	// StartedAt is when the recording began; absent, the name may tell it, as "2026-01-31 20-00-00.mkv" does.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	// EndedAt is when the recording ended, which is when its file was changed last. One that is not within
	// two days after the start is not believed.
	EndedAt *time.Time `json:"endedAt,omitempty"`
	// TimeZone of a time in the name, such as "Europe/Berlin"; the server's when empty.
	TimeZone string `json:"timeZone,omitempty"`
}

// Validate tells what is wrong with the file or the title.
func (r StartUpload) Validate() error {
	switch {
	case strings.TrimSpace(r.Name) == "" || !utf8.ValidString(r.Name):
		return fault.Field("name", "the file needs a name")
	case len(r.Name) > 1000:
		return fault.Field("name", "at most 1000 bytes")
	case strings.ContainsRune(r.Name, 0):
		return fault.Field("name", "a name has no zero bytes")
	case strings.ContainsFunc(r.Name, turnsText):
		return fault.Field("name", "a name has no characters that turn the direction of text")
	case r.Size <= 0:
		return fault.Field("size", "the file is empty: there is nothing to play in it")
	case r.Size > mostParts*largestPart:
		return fault.New(fault.TooLarge, "a file can have at most %s", inUnits(mostParts*largestPart))
	case utf8.RuneCountInString(r.Title) > 200 || strings.ContainsAny(r.Title, "\n\r\x00"):
		return fault.Field("title", "one line of at most 200 characters")
	case !isContentType(r.ContentType):
		return fault.Field("contentType", "this should be a media type such as video/mp4, of at most 200 characters")
	case !isTimely(r.StartedAt):
		return fault.Field("startedAt", "this should be a time from 1990 to 2100")
	case !isTimely(r.EndedAt):
		return fault.Field("endedAt", "this should be a time from 1990 to 2100")
	}
	if _, err := zone(r.TimeZone); err != nil {
		return fault.Field("timeZone", "this should be a time zone such as Europe/Berlin")
	}
	return nil
}

// turnsText tells the characters by which a name can look like another.
func turnsText(c rune) bool { return unicode.Is(unicode.Bidi_Control, c) }

// isContentType tells whether a text can be the Content-Type of a stored file; an empty one can.
func isContentType(text string) bool {
	if text == "" {
		return true
	}
	_, _, err := mime.ParseMediaType(text)
	return err == nil && len(text) <= 200 && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// isTimely tells whether a recording can have been made then.
func isTimely(at *time.Time) bool {
	return at == nil || at.UTC().Year() >= 1990 && at.UTC().Year() <= 2100
}

// zone is a time zone by its IANA name; the server's when there is none.
func zone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	return time.LoadLocation(name)
}

var startUpload = api.Post("/api/uploads", "announces a file and says where its parts go", api.Editors,
	func(ctx context.Context, d *run.Deps, req StartUpload) (Upload, error) {
		if limit := d.Config.UploadLimit; limit > 0 && req.Size > limit {
			return Upload{}, fault.New(fault.TooLarge, "the file has %s and at most %s are taken: cut it, or let the operator raise AFTERGLOW_UPLOAD_LIMIT",
				inUnits(req.Size), inUnits(limit))
		}
		owner := api.OwnerOf(ctx)
		if req.StreamID != "" {
			if err := checkStream(ctx, d, owner, req.StreamID); err != nil {
				return Upload{}, err
			}
		}
		u := upload{
			ID: es.NewID(), Owner: owner, Stream: req.StreamID, Name: baseName(req.Name), Size: req.Size,
			ContentType: req.ContentType, Title: strings.TrimSpace(req.Title), StartedAt: req.StartedAt, EndedAt: req.EndedAt,
			PartSize: partSize(req.Size),
		}
		if u.ContentType == "" {
			u.ContentType = "application/octet-stream"
		}
		if u.StartedAt == nil {
			in, err := zone(req.TimeZone)
			if err != nil {
				return Upload{}, err
			}
			if at, ok := StartInName(u.Name, in); ok {
				u.StartedAt = &at
			}
		}
		u.Object = path.Join(owner, "sources", u.ID, "source")
		if err := u.keep(ctx, d); err != nil {
			return Upload{}, err
		}
		// The row comes first: parts in the object store that no row knows are left over.
		_, err := d.DB.Exec(ctx, `insert into vault.uploads (id, owner, stream, name, size, content_type, title, started_at, ended_at, object, multipart, part_size)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11)`,
			u.ID, u.Owner, u.Stream, u.Name, u.Size, u.ContentType, u.Title, u.StartedAt, u.EndedAt, u.Object, u.PartSize)
		if err != nil {
			return Upload{}, err
		}
		if u.Multipart, err = d.Blob.NewMultipart(ctx, u.Object, u.ContentType); err != nil {
			return Upload{}, storeFailed(err)
		}
		if _, err := d.DB.Exec(ctx, `update vault.uploads set multipart = $2 where id = $1`, u.ID, u.Multipart); err != nil {
			return Upload{}, err
		}
		return u.show(ctx, d, nil)
	})

// checkStream refuses what is no stream of the owner's; one that a clip names is there, or is being made.
func checkStream(ctx context.Context, d *run.Deps, owner, id string) error {
	var there bool
	err := d.DB.QueryRow(ctx, `select coalesce((select not deleted from stream where owner = $1 and id = $2),
		exists (select from clip where owner = $1 and stream = $2))`, owner, id).Scan(&there)
	if err == nil && !there {
		return fault.Field("streamId", "there is no stream %s", id)
	}
	return err
}

// baseName is the file's own name, whatever folders a client puts before it.
func baseName(name string) string {
	return path.Base(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/"))
}

func partSize(size int64) int64 {
	const mib = 1 << 20
	needed := (size + mostParts - 1) / mostParts
	return max(smallestPart, (needed+mib-1)/mib*mib)
}

// inUnits writes a size for people, in the units that file managers use.
func inUnits(size int64) string {
	const units = "kMGT"
	if size < 1000 {
		return fmt.Sprintf("%d bytes", size)
	}
	value, unit := float64(size)/1000, 0
	for ; value >= 1000 && unit < len(units)-1; unit++ {
		value /= 1000
	}
	return fmt.Sprintf("%.3g %cB", value, units[unit])
}
