package clips

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// urlValid is how long the address of a part can be used; a new one can be had at any time.
const urlValid = 12 * time.Hour

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
	StartedAt, EndedAt      *time.Time
	// Multipart is the upload's id at the object store; empty when it was never told.
	Object, Multipart string
	PartSize          int64
	Clip              string
	// AssembledAt is when the object store was asked to make one file of the parts.
	AssembledAt *time.Time
	CreatedAt   time.Time
}

const uploadColumns = `id, owner, stream, name, size, content_type, title, started_at, ended_at, object, multipart, part_size, clip, assembled_at, created_at`

// parts is how many parts the upload has.
func (u upload) parts() int { return int((u.Size + u.PartSize - 1) / u.PartSize) }

// sizeOf is how large a part has to be.
func (u upload) sizeOf(number int) int64 {
	return min(u.PartSize, u.Size-int64(number-1)*u.PartSize)
}

// lock is the name of what one call has to itself while it makes a clip of the upload or throws it away.
func (u upload) lock() string { return "upload " + u.ID }

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

// arrived are the parts that are there: all of them when the file is stored whole and not yet a clip.
func (u upload) arrived(ctx context.Context, d *run.Deps) ([]blob.Part, error) {
	parts, err := d.Blob.Parts(ctx, u.Object, u.Multipart)
	if !errors.Is(err, blob.ErrNotFound) {
		return parts, storeFailed(err)
	}
	if err := u.whole(ctx, d); err != nil {
		return nil, err
	}
	for number := 1; number <= u.parts(); number++ {
		parts = append(parts, blob.Part{Number: number, Size: u.sizeOf(number)})
	}
	return parts, nil
}

// assembling is how long an object store may take to make one file of the parts.
const assembling = 10 * time.Minute

// whole tells whether the file is stored as one, after its parts are there no more: fault.Unavailable
// while it is being made of them, fault.NotFound when it is lost.
func (u upload) whole(ctx context.Context, d *run.Deps) error {
	_, err := d.Blob.Stat(ctx, u.Object)
	switch {
	case !errors.Is(err, blob.ErrNotFound):
		return storeFailed(err)
	case u.AssembledAt != nil && time.Since(*u.AssembledAt) < assembling:
		return fault.New(fault.Unavailable, "the object store is still putting the parts together; try again in a moment").After(time.Second)
	}
	return fault.New(fault.NotFound, "the upload %s is over; send the file again", u.ID)
}

// storeFailed says for people that the object store has failed; the details are for the log.
func storeFailed(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.Join(fault.New(fault.Unavailable, "the object store does not answer as it should; what has arrived is kept, try again in a moment").After(time.Second), err)
}

func findUpload(ctx context.Context, d *run.Deps, owner, id string) (upload, error) {
	rows, err := d.DB.Query(ctx, `select `+uploadColumns+` from vault.uploads where owner = $1 and id = $2`, owner, id)
	if err != nil {
		return upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[upload])
	if errors.Is(err, pgx.ErrNoRows) {
		return u, fault.New(fault.NotFound, "there is no upload %s; send the file again", id)
	}
	if err != nil {
		return u, fmt.Errorf("upload %s: %w", id, err)
	}
	return u, nil
}
