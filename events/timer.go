package events

var timer = []Event{UploadLapsed{}, BroadcastWaited{}, ArchiveDue{}, HistoryDue{}}

// UploadLapsed: an upload that was begun has had all the time it gets; what arrived of it is thrown
// away.
type UploadLapsed struct {
	Upload string `json:"upload"`
}

func (e UploadLapsed) Event() (name, id string) { return "upload.lapsed", e.Upload }
