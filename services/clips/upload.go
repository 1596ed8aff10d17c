package clips

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// smallestPart in bytes; object stores take no smaller ones but for the last.
	smallestPart = 16 << 20
	// mostParts keeps the list of addresses small; object stores take ten thousand.
	mostParts = 1000
	// largestFile in bytes that an object store takes.
	largestFile = 5 << 40
	// urlValid is how long the address of a part can be used; a new one can be had at any time.
	urlValid = 12 * time.Hour
)

// StartUpload announces a file.
type StartUpload struct {
	Name string `json:"name"`
	// Size in bytes.
	Size        int64  `json:"size"`
	ContentType string `json:"contentType,omitempty"`
	// StreamID is the stream that it belongs to; empty makes a new one.
	StreamID string `json:"streamId,omitempty"`
	// Title of the new stream; the file's name when empty.
	Title string `json:"title,omitempty"`
	// StartedAt is when the recording began.
	StartedAt *time.Time `json:"startedAt,omitempty"`
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
	case r.Size > largestFile:
		return &fault.Error{Code: fault.TooLarge, Detail: "a file can have at most 5 TiB"}
	case utf8.RuneCountInString(r.Title) > 200 || strings.ContainsAny(r.Title, "\n\r\x00"):
		return fault.Field("title", "one line of at most 200 characters")
	case !isContentType(r.ContentType):
		return fault.Field("contentType", "this should be a media type such as video/mp4, of at most 200 characters")
	case r.StartedAt != nil && (r.StartedAt.UTC().Year() < 1990 || r.StartedAt.UTC().Year() > 2100):
		return fault.Field("startedAt", "this should be a time from 1990 to 2100")
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

// Upload is a file on its way.
type Upload struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Size of the file in bytes.
	Size int64 `json:"size"`
	// PartSize in bytes, of every part but the last.
	PartSize int64 `json:"partSize"`
	// Parts are the addresses that the parts are put to.
	Parts []UploadPart `json:"parts"`
	// Arrived are the parts that are there already.
	Arrived []ArrivedPart `json:"arrived"`
	// Clip is what has become of the file; then nothing has to be put any more.
	Clip string `json:"clip,omitempty"`
}

// UploadPart says where one part goes.
type UploadPart struct {
	// Number counts from one.
	Number int    `json:"number"`
	URL    string `json:"url"`
}

// ArrivedPart is a part that is there.
type ArrivedPart struct {
	Number int `json:"number"`
	// Size in bytes.
	Size int64 `json:"size"`
}

// upload is a row of the vault.
type upload struct {
	ID, Owner, Stream, Name string
	Size                    int64
	ContentType, Title      string
	StartedAt               *time.Time
	Object, Multipart       string
	PartSize                int64
	Clip                    string
}

var startUpload = api.Post("/api/uploads", "announces a file and says where its parts go", api.Editors,
	func(ctx context.Context, d *run.Deps, req StartUpload) (Upload, error) {
		owner := api.OwnerOf(ctx)
		if req.StreamID != "" {
			if err := checkStream(ctx, d, owner, req.StreamID); err != nil {
				return Upload{}, err
			}
		}
		u := upload{
			ID: es.NewID(), Owner: owner, Stream: req.StreamID, Name: baseName(req.Name), Size: req.Size,
			ContentType: req.ContentType, Title: req.Title, StartedAt: req.StartedAt, PartSize: partSize(req.Size),
		}
		if u.ContentType == "" {
			u.ContentType = "application/octet-stream"
		}
		u.Object = path.Join(owner, "sources", u.ID, "source")
		if err := u.keep(ctx, d); err != nil {
			return Upload{}, err
		}
		var err error
		if u.Multipart, err = d.Blob.NewMultipart(ctx, u.Object, u.ContentType); err != nil {
			return Upload{}, err
		}
		_, err = d.DB.Exec(ctx, `insert into vault.uploads (id, owner, stream, name, size, content_type, title, started_at, object, multipart, part_size)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			u.ID, u.Owner, u.Stream, u.Name, u.Size, u.ContentType, u.Title, u.StartedAt, u.Object, u.Multipart, u.PartSize)
		if err != nil {
			return Upload{}, errors.Join(err, d.Blob.Abort(ctx, u.Object, u.Multipart))
		}
		return u.show(ctx, d, nil)
	})

func checkStream(ctx context.Context, d *run.Deps, owner, id string) error {
	var there bool
	if err := d.DB.QueryRow(ctx, `select exists (select from stream where owner = $1 and id = $2)`, owner, id).Scan(&there); err != nil {
		return err
	}
	if !there {
		return fault.Field("streamId", "there is no stream %s", id)
	}
	return nil
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

// parts is how many parts the upload has.
func (u upload) parts() int { return int((u.Size + u.PartSize - 1) / u.PartSize) }

// sizeOf is how large a part has to be.
func (u upload) sizeOf(number int) int64 {
	return min(u.PartSize, u.Size-int64(number-1)*u.PartSize)
}

func (u upload) show(ctx context.Context, d *run.Deps, arrived []blob.Part) (Upload, error) {
	up := Upload{ID: u.ID, Name: u.Name, Size: u.Size, PartSize: u.PartSize, Parts: []UploadPart{}, Arrived: []ArrivedPart{}, Clip: u.Clip}
	if u.Clip != "" {
		return up, nil
	}
	for number := 1; number <= u.parts(); number++ {
		url, err := d.Blob.PartURL(ctx, u.Object, u.Multipart, number, urlValid)
		if err != nil {
			return up, err
		}
		up.Parts = append(up.Parts, UploadPart{Number: number, URL: url})
	}
	for _, p := range arrived {
		up.Arrived = append(up.Arrived, ArrivedPart{Number: p.Number, Size: p.Size})
	}
	return up, nil
}

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
		arrived, err := d.Blob.Parts(ctx, u.Object, u.Multipart)
		if errors.Is(err, blob.ErrNotFound) {
			arrived, err = u.assembled(ctx, d)
		}
		if err != nil {
			return Upload{}, err
		}
		return u.show(ctx, d, arrived)
	})

// assembled are all parts of a file that is stored whole and not yet a clip.
func (u upload) assembled(ctx context.Context, d *run.Deps) ([]blob.Part, error) {
	_, err := d.Blob.Stat(ctx, u.Object)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, fault.New(fault.NotFound, "the upload %s is over; send the file again", u.ID)
	}
	var parts []blob.Part
	for number := 1; number <= u.parts(); number++ {
		parts = append(parts, blob.Part{Number: number, Size: u.sizeOf(number)})
	}
	return parts, err
}

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

func findUpload(ctx context.Context, d *run.Deps, owner, id string) (upload, error) {
	rows, err := d.DB.Query(ctx, `select id, owner, stream, name, size, content_type, title, started_at, object, multipart, part_size, clip
		from vault.uploads where owner = $1 and id = $2`, owner, id)
	if err != nil {
		return upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[upload])
	if errors.Is(err, pgx.ErrNoRows) {
		return u, fault.New(fault.NotFound, "there is no upload %s", id)
	}
	if err != nil {
		return u, fmt.Errorf("upload %s: %w", id, err)
	}
	return u, nil
}
