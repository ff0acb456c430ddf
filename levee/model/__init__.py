"""What a team may declare, as frozen typed values. No file, no cloud, no clock."""
